package org.vmstate.analyzer.salvage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.compress.Decompressor;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SplicedSource;
import org.vmstate.parser.io.SplicedSource.Segment;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.io.TemporaryFile;
import org.vmstate.parser.libvirt.SaveHeaderParser;
import org.vmstate.parser.probe.Probe;

/**
 * Makes a whole image out of a damaged one: what cannot be read is left out, and what has to be
 * there to end it is added. Each loss is told.
 */
public final class Salvage implements Closeable {
  /** Defects after which the rest is given up. */
  private static final int MOST_DEFECTS = 200;

  /** How far a sound record is looked for after a defect. */
  private static final long REACH = 256L << 20;

  /** Offset of the format's number in a libvirt header. */
  private static final int FORMAT_AT = 28;

  private final ParseOptions options;
  private final List<String> losses = new ArrayList<>();
  private TemporaryFile spool;
  private ByteSource stream;

  /** Salvages with options for reading. */
  public Salvage(ParseOptions options) {
    this.options = options;
  }

  /** Returns what was lost, in the order in which it was met. */
  public List<String> losses() {
    return List.copyOf(losses);
  }

  /**
   * Returns an image that can be read to its end.
   *
   * @param source the damaged one, seekable; it must stay open
   * @throws StateFormatException when not even the head can be read
   */
  public ByteSource salvage(ByteSource source) throws IOException {
    long length = source.length() - source.origin();
    SplicedSource image = new SplicedSource(List.of(new Segment(source, source.origin(), length)));
    image = decompressed(finished(image));
    for (int i = 0; i < MOST_DEFECTS; i++) {
      Scan scan = Scan.of(image, options);
      if (scan.error.isEmpty() && !scan.devicesCut) {
        Optional<SplicedSource> more = resumed(image, scan);
        if (more.isPresent()) {
          image = more.get();
          continue;
        }
        image = flawed(image, scan);
        image.seek(0);
        return image;
      }
      if (!scan.listed && scan.blocks.isEmpty() && scan.totalAt < 0) {
        throw scan.error.orElseGet(
            () ->
                new MalformedDataException(
                    Reason.RAM_LIST_MISSING,
                    "image: expected the block list of its memory, found none",
                    scan.goodEnd,
                    ""));
      }
      image = scan.listed ? mended(image, scan) : listMended(image, scan);
    }
    return ended(image, Scan.of(image, options), "more than " + MOST_DEFECTS + " defects");
  }

  /** Goes on after an end mark that is none, when the stream can be read on there. */
  private Optional<SplicedSource> resumed(SplicedSource image, Scan scan) throws IOException {
    Reason reason = scan.outcome instanceof Outcome.Broken b ? b.problem().reason() : null;
    if (reason != Reason.END_MARK_EARLY && reason != Reason.SECTION_NEVER_ENDED) {
      return Optional.empty();
    }
    scan.goodEnd = scan.streamEnd - 1;
    String why = ((Outcome.Broken) scan.outcome).problem().getMessage();
    Optional<SplicedSource> found = found(image, scan, why);
    return found.isPresent() || reason == Reason.END_MARK_EARLY
        ? found
        : Optional.of(ended(image, scan, why));
  }

  /** Reports what stays as it stands although it makes no sense; a cut description is left out. */
  private SplicedSource flawed(SplicedSource image, Scan scan) {
    if (!(scan.outcome instanceof Outcome.Broken broken)) {
      return image;
    }
    if (scan.finished && broken.problem() instanceof TruncatedDataException) {
      losses.add("the description of the device state, which is cut off");
      return join(image.slice(0, scan.streamEnd));
    }
    losses.add("kept as it stands: " + broken.problem().getMessage());
    return image;
  }

  /** Ends the image that was returned, and removes what was decompressed for it. */
  @Override
  public void close() throws IOException {
    if (stream != null) {
      stream.close();
    }
    if (spool != null) {
      spool.close();
    }
  }

  /** Gives an unfinished save the magic of a finished one. */
  private SplicedSource finished(SplicedSource image) throws IOException {
    String partial = SaveFormat.MAGIC_PARTIAL;
    if (image.length() < partial.length()) {
      return image;
    }
    ByteBuffer magic = ByteBuffer.allocate(partial.length());
    image.copy(0, magic);
    if (!ByteSource.latin1(magic.array()).equals(partial)) {
      return image;
    }
    losses.add("the save did not finish, says the magic");
    byte[] whole = SaveFormat.MAGIC.getBytes(StandardCharsets.ISO_8859_1);
    return join(List.of(Segment.of(whole)), image.slice(partial.length(), image.length()));
  }

  /**
   * Decompresses what can be decompressed into a temporary file, and makes the save header one of
   * format raw.
   */
  private SplicedSource decompressed(SplicedSource image) throws IOException {
    long[] start = {0};
    if (Probe.start(image) == Probe.Start.LIBVIRT) {
      start[0] = SaveHeaderParser.parse(image, options.limits(), _ -> {}).streamOffset();
    }
    image.path().clear();
    image.seek(start[0]);
    Optional<Compression> compression = Probe.compression(image);
    if (compression.isEmpty() || !compression.get().isCompressed()) {
      image.seek(0);
      return image;
    }
    spool = TemporaryFile.create(".decompressed");
    try (Decompressor decompressor = new Decompressor(image, compression.get(), false)) {
      decompressor.transferTo(spool.asStream());
    } catch (StateFormatException e) {
      losses.add("what is compressed after 0x" + Long.toHexString(e.offset()) + ": " + e.words());
    }
    stream = spool.source(0, new StructurePath());
    List<Segment> rest = List.of(new Segment(stream, 0, stream.length()));
    if (start[0] == 0) {
      return join(rest);
    }
    byte[] raw = new byte[Integer.BYTES];
    return join(
        image.slice(0, FORMAT_AT),
        List.of(Segment.of(raw)),
        image.slice(FORMAT_AT + raw.length, start[0]),
        rest);
  }

  @SafeVarargs
  private static SplicedSource join(List<Segment>... parts) {
    List<Segment> all = new ArrayList<>();
    for (List<Segment> part : parts) {
      all.addAll(part);
    }
    return new SplicedSource(all);
  }

  /** Leaves out what is between the last good byte and the next sound record, or ends there. */
  private SplicedSource mended(SplicedSource image, Scan scan) throws IOException {
    String why =
        scan.error.map(StateFormatException::getMessage).orElse("no end of a device's section");
    boolean cut = scan.error.isPresent() && scan.error.get() instanceof TruncatedDataException;
    if (!cut || image.length() - scan.goodEnd > FixedFormat.HEADER_LENGTH) {
      Optional<SplicedSource> found = found(image, scan, why);
      if (found.isPresent()) {
        return found.get();
      }
    }
    return ended(image, scan, why);
  }

  /** Leaves out what is between the last good byte and the next sound record, if there is one. */
  private Optional<SplicedSource> found(SplicedSource image, Scan scan, String why)
      throws IOException {
    long end = Math.min(image.length(), scan.goodEnd + REACH);
    Resync resync = new Resync(image, scan);
    long found = resync.find(scan.goodEnd + 1, end);
    if (found < 0) {
      return Optional.empty();
    }
    losses.add(
        (found - scan.goodEnd) + " bytes at 0x" + Long.toHexString(scan.goodEnd) + ": " + why);
    return Optional.of(
        join(
            image.slice(0, scan.goodEnd),
            List.of(Segment.of(resync.bridge())),
            image.slice(found, image.length())));
  }

  /** Ends a stream after its last good record. */
  private SplicedSource ended(SplicedSource image, Scan scan, String why) {
    long end = scan.goodEnd;
    StreamTail tail = new StreamTail(scan);
    if (scan.inSection && !scan.inRam()) {
      end = scan.sectionStart;
      losses.add("section " + scan.section.name() + " and all devices after it");
    } else if (scan.inRam()) {
      tail.endPayload(scan.section);
      if (scan.recordType == StreamFormat.SECTION_END) {
        scan.open.remove(scan.section.id());
      }
    }
    for (Section section : scan.open.values()) {
      if (section.name().equals(RamFormat.IDSTR)) {
        tail.end(section);
        losses.add("all devices: the stream ends inside its memory");
      }
    }
    if (image.length() > end) {
      losses.add((image.length() - end) + " bytes at 0x" + Long.toHexString(end) + ": " + why);
    } else {
      losses.add("the end of the stream: " + why);
    }
    return join(image.slice(0, end), List.of(tail.finish()));
  }

  /** Returns how many bytes of a block's pages a cut file lacks, or 0 where it has none of them. */
  private static long missing(SplicedSource image, StateFormatException error) {
    if (error.reason() != Reason.PAGES_PASS_FILE) {
      return 0;
    }
    List<Long> numbers = error.problem().facts().numbers();
    long pages = numbers.get(0);
    return pages < 0 || pages >= image.length()
        ? 0
        : Math.max(0, pages + numbers.get(1) - image.length());
  }

  /**
   * Ends a list of blocks at one that a cut file does not have in full; its rest reads as zeros.
   */
  private SplicedSource listMended(SplicedSource image, Scan scan) throws IOException {
    StateFormatException error = scan.error.orElseThrow();
    long end = scan.goodEnd;
    long total = scan.blocks.stream().mapToLong(RamBlock::usedLength).sum();
    long missing = missing(image, error);
    List<Segment> area = List.of();
    if (missing > 0) {
      end = image.length();
      total += error.problem().facts().numbers().get(1);
      area = List.of(Segment.zeros(missing));
      losses.add(missing + " bytes at the end of a block's pages: " + error.words());
    } else if (scan.blocks.isEmpty()) {
      throw error;
    } else {
      losses.add("a block that the file has no page of: " + error.words());
    }
    losses.add("blocks after it, and all devices");
    StreamTail tail = new StreamTail(scan);
    tail.endPayload(scan.section);
    tail.end(scan.section);
    byte[] word = ByteBuffer.allocate(Long.BYTES).putLong(total | RamFormat.MEM_SIZE).array();
    return join(
        image.slice(0, scan.totalAt),
        List.of(Segment.of(word)),
        image.slice(scan.totalAt + Long.BYTES, end),
        area,
        List.of(tail.finish()));
  }
}
