package org.vmstate.parser;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnrecognizedFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.compress.Decompressor;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.FileSource;
import org.vmstate.parser.io.NamedStream;
import org.vmstate.parser.io.StreamSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.libvirt.SaveHeaderParser;
import org.vmstate.parser.probe.Probe;
import org.vmstate.parser.stream.StreamParser;

/**
 * The entry point: opens an image and makes one pass over it.
 *
 * <p>A pass throws a {@link StateFormatException} for bad input, whatever the bytes are, and an
 * ordinary {@link IOException} when the input cannot be read.
 */
public final class ImageReader {
  private static final int MAX_LAYERS = 3;

  /** The bits of a file's mode that are its type: POSIX sys/stat.h. */
  private static final int FILE_TYPE = 0170000;

  private static final int BLOCK_DEVICE = 0060000;

  private final ParseOptions options;
  private final EventSink sink;
  private final boolean keepContent;
  private ByteSource content;
  private ByteSource outer;
  private Outcome outcome = Outcome.WHOLE;
  private boolean insideLibvirt;

  private ImageReader(ParseOptions options, EventSink sink, boolean keepContent) {
    this.options = options;
    this.sink = sink;
    this.keepContent = keepContent;
  }

  /**
   * Opens a file: read from any offset when it is a regular one or a block device, else forward.
   */
  public static ByteSource open(Path file) throws IOException {
    // asked once, and what cannot be asked is no pipe
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (attributes.isDirectory()) {
      throw new NamedIOException(file + ": is a directory; give a file");
    }
    return attributes.isRegularFile() || attributes.isOther() && isBlockDevice(file)
        ? FileSource.open(file, new StructurePath())
        : open(new NamedStream(Files.newInputStream(file), file.toString()));
  }

  /** Reports whether a path is that of a block device, which has a size and can be sought. */
  public static boolean isBlockDevice(Path file) throws IOException {
    if (!Files.exists(file)
        || !file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return false;
    }
    int mode = (Integer) Files.getAttribute(file, "unix:mode");
    return (mode & FILE_TYPE) == BLOCK_DEVICE;
  }

  /** Opens a stream that can only be read forward. */
  public static ByteSource open(InputStream stream) {
    return new StreamSource(stream, new StructurePath());
  }

  /**
   * Makes one pass over an image, all of which has to be there and to make sense.
   *
   * @return that the image is whole, or that all was seen that the options ask for
   * @throws StateFormatException also for an image that could be read in part only, after the sink
   *     was told what could be
   */
  public static Outcome read(ByteSource source, ParseOptions options, EventSink sink)
      throws IOException {
    Outcome outcome = survey(source, options, sink);
    outcome.require();
    return outcome;
  }

  /**
   * Makes one pass over an image that may be broken, for those who look for damage.
   *
   * @throws StateFormatException where the pass cannot go on
   */
  public static Outcome survey(ByteSource source, ParseOptions options, EventSink sink)
      throws IOException {
    ImageReader reader = new ImageReader(options, sink, false);
    reader.run(source);
    return reader.outcome;
  }

  /**
   * Makes one pass over an image and returns the source to which the offsets of page runs refer. A
   * pipe or a compressed stream is decompressed into a temporary file for that.
   *
   * @return a seekable source, which the caller closes
   * @throws StateFormatException also for an image that could be read in part only
   */
  public static ByteSource readKeeping(ByteSource source, ParseOptions options, EventSink sink)
      throws IOException {
    ImageReader reader = new ImageReader(options, sink, true);
    boolean done = false;
    try {
      reader.run(source);
      reader.outcome.require();
      done = true;
      return reader.content;
    } finally {
      if (!done && reader.content != null) {
        reader.content.close();
      }
    }
  }

  private void run(ByteSource source) throws IOException {
    int depth = source.path().depth();
    try {
      image(source, 0);
    } finally {
      // another pass begins where this one did, wherever it ended
      source.path().leave(depth);
    }
  }

  private void image(ByteSource source, int layer) throws IOException {
    if (options.streamOffset().isPresent() && layer == 0) {
      gapTo(source, options.streamOffset().getAsLong());
    }
    Probe.Start start = Probe.start(source);
    if (start == Probe.Start.ZERO) {
      skipZeros(source);
      start = Probe.start(source);
    }
    checkFormat(source, start);
    switch (start) {
      case STREAM -> stream(source);
      case LIBVIRT -> libvirt(source, layer);
      case COMPRESSED -> compressed(source, Probe.compression(source).orElseThrow(), layer);
      case ZERO ->
          throw new UnrecognizedFormatException(
              Reason.IMAGE_ONLY_ZEROS,
              "image: expected a stream after unused space, found only zeros",
              source.position(),
              source.path().toString());
    }
  }

  /**
   * A chosen format must agree with what stands at the start, or the compression it may be inside
   * of.
   */
  private void checkFormat(ByteSource source, Probe.Start start) throws IOException {
    if (options.format().isPresent() && start != Probe.Start.COMPRESSED && !insideLibvirt) {
      boolean libvirt = start == Probe.Start.LIBVIRT;
      if (options.format().get().isLibvirt() != libvirt) {
        throw source.malformed(
            Reason.IMAGE_OF_ANOTHER_FORMAT,
            "image: expected "
                + options.format().get().label()
                + ", found "
                + (libvirt ? "a libvirt header" : "a bare stream"),
            source.position());
      }
    }
  }

  private void stream(ByteSource source) throws IOException {
    ByteSource from = keepContent ? source.seekable() : source;
    content = from;
    outcome = new StreamParser(from, options, sink).parse();
  }

  private void libvirt(ByteSource source, int layer) throws IOException {
    SaveHeader saveHeader = SaveHeaderParser.parse(source, options.limits(), sink);
    Optional<Compression> found = Probe.compression(source);
    Compression stated =
        options.format().flatMap(FormatId::compression).orElse(saveHeader.compression());
    insideLibvirt = true;
    if (!source.has(1)) {
      throw new TruncatedDataException(
          saveHeader.complete() ? Reason.STREAM_MISSING : Reason.SAVE_CUT,
          saveHeader.complete()
              ? "QEMU stream: found the end of the file"
              : "QEMU stream: found the end of the file; the magic "
                  + SaveFormat.MAGIC_PARTIAL
                  + " says that the save did not finish",
          source.position(),
          "libvirt");
    }
    if (stated.isCompressed()) {
      if (found.isEmpty() || found.get() != stated) {
        throw source.malformed(
            Reason.COMPRESSED_BY_ANOTHER,
            "QEMU stream: expected "
                + stated.label()
                + " data, found "
                + found.map(c -> c.label() + " data").orElse("something else"),
            source.position());
      }
      compressed(source, stated, layer);
      return;
    }
    if (source.peek32(0) != StreamFormat.MAGIC) {
      throw source.malformed(
          Reason.COMPRESSED_UNEXPECTEDLY,
          "QEMU stream: expected QEVM, found "
              + found.map(c -> c.label() + " data").orElse("something else"),
          source.position());
    }
    stream(source);
  }

  private void compressed(ByteSource source, Compression compression, int layer)
      throws IOException {
    if (layer >= MAX_LAYERS) {
      throw source.limitExceeded(
          Reason.COMPRESSED_TOO_OFTEN, "image: compressed more than " + MAX_LAYERS + " times", 0);
    }
    long start = source.position();
    long end = source.length() < 0 ? start : source.length();
    sink.accept(new Event.CompressedStream(new ByteRange(start, end), source, compression));
    StructurePath path = new StructurePath();
    path.push(compression.label());
    ByteSource inner =
        new StreamSource(new Decompressor(source, compression, outer, options.headOnly()), path);
    source.closeWith(inner);
    outer = source;
    image(inner, layer + 1);
  }

  private void gapTo(ByteSource source, long offset) throws IOException {
    long from = source.position();
    try {
      source.skip(offset - from);
    } catch (TruncatedDataException e) {
      throw outside(offset, source.length() < 0 ? source.position() : source.length());
    }
    if (offset > from && !source.has(1)) {
      throw outside(offset, source.position());
    }
    if (offset > from) {
      sink.accept(new Event.Gap(new ByteRange(from, offset), source));
    }
  }

  private static UnrecognizedFormatException outside(long offset, long length) {
    return new UnrecognizedFormatException(
        Reason.STREAM_OFFSET_OUTSIDE,
        "stream offset: expected less than the size of the image, "
            + length
            + " bytes, found "
            + offset,
        length,
        "");
  }

  private void skipZeros(ByteSource source) throws IOException {
    long from = source.position();
    while (source.has(8) && source.peek64(0) == 0) {
      source.skipSeries(0, 0, 8, -1, Long.MAX_VALUE);
    }
    while (source.peek() == 0) {
      source.skip(1);
    }
    if (source.atEnd()) {
      throw new UnrecognizedFormatException(
          Reason.IMAGE_ONLY_ZEROS,
          "image: expected a saved state, found only zeros",
          from,
          source.path().toString());
    }
    sink.accept(new Event.Gap(new ByteRange(from, source.position()), source));
  }
}
