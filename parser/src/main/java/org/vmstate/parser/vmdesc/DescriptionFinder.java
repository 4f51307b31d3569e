package org.vmstate.parser.vmdesc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/**
 * Finds the vmdescription near the end of a seekable image without reading the sections: EOF byte,
 * record byte 6, be32 length, and a JSON object of that length.
 *
 * <p>The object is known by its first member; QEMU before 6.0 puts blanks around it. A frame whose
 * text ends where the file does is one whatever the text begins with, so that a broken description
 * is not taken for a missing one.
 */
public final class DescriptionFinder {
  private static final int STEP = 256 << 10;
  private static final byte[][] MEMBERS = {
    "\"configuration\"".getBytes(StandardCharsets.US_ASCII),
    "\"page_size\"".getBytes(StandardCharsets.US_ASCII)
  };
  private static final int MOST_BLANKS = 16;
  private static final int LONGEST_START = 1 + MOST_BLANKS + MEMBERS[0].length;

  /** End mark, record type and length. */
  private static final int FRAME = 1 + StreamFormat.DESCRIPTION_FRAME;

  private DescriptionFinder() {}

  /**
   * Returns the range of the last JSON text, unless the source was cut in it.
   *
   * @param from offset at which the stream starts
   * @param reach how far from the end to look, in bytes
   */
  public static Optional<ByteRange> find(ByteSource source, long from, long reach)
      throws IOException {
    Optional<ByteRange> last = last(source, from, reach);
    return last.isPresent() && last.get().end() > source.length() ? Optional.empty() : last;
  }

  /** Does the same, but the range reaches past the end of a source that was cut in it. */
  public static Optional<ByteRange> last(ByteSource source, long from, long reach)
      throws IOException {
    long end = source.length();
    long lowest = Math.max(Math.max(from, source.origin()), end - reach);
    long chunkEnd = end;
    while (chunkEnd > lowest) {
      long chunkStart = Math.max(lowest, chunkEnd - STEP);
      long readEnd = Math.min(end, chunkEnd + LONGEST_START);
      ByteBuffer chunk = ByteBuffer.allocate((int) (readEnd - chunkStart));
      source.copy(chunkStart, chunk);
      byte[] bytes = chunk.array();
      for (int i = bytes.length - 1; i >= 0; i--) {
        if (bytes[i] == '{') {
          boolean known = startsAt(bytes, i);
          // most braces of binary data have no frame, and those of a description are not at its end
          if (known || i < FRAME || bytes[i - FRAME + 1] == StreamFormat.VMDESCRIPTION) {
            Optional<ByteRange> found = frame(source, chunkStart + i, from);
            if (found.isPresent() && (known || found.get().end() == end)) {
              return found;
            }
          }
        }
      }
      chunkEnd = chunkStart;
    }
    return Optional.empty();
  }

  /**
   * Returns the range of the first JSON text from an offset on.
   *
   * @param from offset of a byte in front of the end mark
   * @param reach how far to look, in bytes
   */
  public static Optional<ByteRange> first(ByteSource source, long from, long reach)
      throws IOException {
    long end = source.length();
    long last = Math.min(end, from + reach);
    for (long at = Math.max(from, source.origin()); at < last; at += STEP) {
      ByteBuffer chunk =
          ByteBuffer.allocate((int) (Math.min(end, at + STEP + FRAME + LONGEST_START) - at));
      source.copy(at, chunk);
      byte[] bytes = chunk.array();
      for (int i = FRAME; i < Math.min(bytes.length, STEP + FRAME); i++) {
        if (bytes[i] == '{'
            && bytes[i - FRAME + 1] == StreamFormat.VMDESCRIPTION
            && startsAt(bytes, i)) {
          Optional<ByteRange> found = frame(source, at + i, from);
          if (found.isPresent() && found.get().end() <= end) {
            return found;
          }
        }
      }
    }
    return Optional.empty();
  }

  private static boolean startsAt(byte[] bytes, int brace) {
    int at = brace + 1;
    int last = Math.min(bytes.length, at + MOST_BLANKS);
    while (at < last && bytes[at] == ' ') {
      at++;
    }
    for (byte[] member : MEMBERS) {
      if (bytes.length - at >= member.length
          && Arrays.equals(bytes, at, at + member.length, member, 0, member.length)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<ByteRange> frame(ByteSource source, long json, long from)
      throws IOException {
    if (json - Math.max(from, source.origin()) < FRAME) {
      return Optional.empty();
    }
    ByteBuffer frame = ByteBuffer.allocate(FRAME);
    source.copy(json - FRAME, frame);
    frame.flip();
    boolean framed = frame.get() == StreamFormat.EOF && frame.get() == StreamFormat.VMDESCRIPTION;
    long length = frame.getInt() & 0xffffffffL;
    return framed ? Optional.of(new ByteRange(json, json + length)) : Optional.empty();
  }
}
