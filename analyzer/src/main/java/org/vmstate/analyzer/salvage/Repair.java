package org.vmstate.analyzer.salvage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * Writes a copy of an image without those defects whose repair loses nothing: the magic of an
 * unfinished save around a whole stream, bytes after the stream, bits after the last page, bytes in
 * the padding, a cookie offset that points elsewhere.
 */
public final class Repair {
  private static final int CHUNK = 256 << 10;
  private static final int COOKIE_AT = 32;

  private static final Set<Rule> REPAIRED =
      EnumSet.of(
          Rule.SAVE_FINISHED,
          Rule.TRAILING_BYTES,
          Rule.BITMAP_PADDING,
          Rule.HEADER_PADDING,
          Rule.COOKIE_OFFSET);

  /**
   * A change of some bytes.
   *
   * @param offset file offset
   * @param bytes what stands there in the copy
   */
  private record Patch(long offset, byte[] bytes) {
    long end() {
      return offset + bytes.length;
    }

    /** Changes what lies in a chunk that starts at an offset. */
    void apply(ByteBuffer chunk, long at) {
      long first = Math.max(at, offset);
      long last = Math.min(at + chunk.limit(), end());
      if (first < last) {
        chunk.put((int) (first - at), bytes, (int) (first - offset), (int) (last - first));
      }
    }
  }

  private final List<Patch> patches = new ArrayList<>();
  private final List<String> done = new ArrayList<>();
  private long end;

  /** Returns what was repaired. */
  public List<String> done() {
    return List.copyOf(done);
  }

  /**
   * Finds out what to change.
   *
   * @param options how the image was checked
   * @return false when the image has another error, which this cannot repair
   * @throws org.vmstate.analyzer.output.ConversionException when what to change is inside
   *     compressed data
   */
  public boolean plan(ByteSource source, ParseOptions options, CheckResult result)
      throws IOException {
    end = source.length();
    Compressed compressed = Compressed.of(source, options);
    for (Finding finding : result.findings().list()) {
      if (REPAIRED.contains(finding.rule())) {
        compressed.requireInFile(finding);
      }
      switch (finding.rule()) {
        case SAVE_FINISHED -> {
          byte[] magic = SaveFormat.MAGIC.getBytes(StandardCharsets.US_ASCII);
          change(finding, new Patch(finding.offset(), magic));
        }
        case TRAILING_BYTES -> {
          end = finding.offset();
          done.add(finding.text());
        }
        case BITMAP_PADDING -> change(finding, bits(source, finding));
        case HEADER_PADDING -> change(finding, padding(source, finding));
        case COOKIE_OFFSET -> change(finding, cookie(source));
        default -> {
          if (finding.severity() == Severity.ERROR) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private void change(Finding finding, Patch patch) {
    patches.add(patch);
    done.add(finding.rule().code() + " " + finding.text());
  }

  private static Patch bits(ByteSource source, Finding finding) throws IOException {
    ByteBuffer word = ByteBuffer.allocate(Long.BYTES);
    source.copy(finding.offset(), word);
    long used = ((Number) finding.facts().get("used")).longValue();
    long bits = Long.reverseBytes(word.getLong(0)) & ~(-1L << used);
    return new Patch(
        finding.offset(), ByteBuffer.allocate(Long.BYTES).putLong(Long.reverseBytes(bits)).array());
  }

  private static Patch padding(ByteSource source, Finding finding) {
    long to = ((Number) finding.facts().get("end")).longValue();
    return new Patch(finding.offset(), new byte[Math.toIntExact(to - finding.offset())]);
  }

  /** A cookie starts after the XML's end, or there is none. */
  private static Patch cookie(ByteSource source) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(SaveFormat.HEADER_LENGTH);
    source.copy(0, header);
    boolean big = header.get(16) == 0;
    long before = source.position();
    source.seek(SaveFormat.HEADER_LENGTH);
    int letter;
    do {
      letter = source.u8();
    } while (letter != 0);
    long length = source.position() - SaveFormat.HEADER_LENGTH;
    boolean follows = source.peek() == '<';
    source.seek(before);
    int offset = follows ? Math.toIntExact(length) : 0;
    int value = big ? offset : Integer.reverseBytes(offset);
    return new Patch(COOKIE_AT, ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  /** Writes the copy; holes stay holes. */
  public void write(ByteSource source, DataMap map, Destination target) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    List<Patch> sorted = new ArrayList<>(patches);
    sorted.sort(Comparator.comparingLong(Patch::offset));
    List<Patch> open = new ArrayList<>();
    int next = 0;
    for (long at = 0; at < end; at += chunk.limit()) {
      long data = Math.min(end, map.nextData(at, end));
      if (data > at) {
        // changes are never in a hole
        target.zeros(data - at);
        at = data;
        if (at >= end) {
          break;
        }
      }
      chunk.clear().limit((int) Math.min(CHUNK, end - at));
      source.copy(at, chunk);
      while (next < sorted.size() && sorted.get(next).offset() < at + chunk.limit()) {
        open.add(sorted.get(next++));
      }
      for (Patch patch : open) {
        patch.apply(chunk, at);
      }
      long end = at + chunk.limit();
      open.removeIf(patch -> patch.end() <= end);
      byte[] bytes = new byte[chunk.limit()];
      chunk.flip().get(bytes);
      target.append(bytes);
    }
  }
}
