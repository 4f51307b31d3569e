package org.vmstate.analyzer.info;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/**
 * A look at the last bytes of a file, which tells a whole stream without a pass: after the end mark
 * stands the description up to the last byte, or nothing. Whatever else there is needs a pass.
 */
final class StreamEnd {
  /** Magic and version. */
  private static final int HEAD = 2 * Integer.BYTES;

  private static final int NEAR = 2 << 20;

  private static final String MAGIC =
      new String(
          ByteBuffer.allocate(Integer.BYTES).putInt(StreamFormat.MAGIC).array(),
          StandardCharsets.US_ASCII);

  private StreamEnd() {}

  /**
   * Reports whether a stream ends where its file does.
   *
   * @param start offset of the stream
   * @param description where the description's text stands, if one was found
   */
  static boolean isSound(ByteSource source, long start, Optional<ByteRange> description)
      throws IOException {
    if (description.isPresent()) {
      return description.get().end() == source.length()
          && !another(source, start, description.get().start());
    }
    if (source.length() - source.origin() < StreamFormat.END_LENGTH) {
      return false;
    }
    ByteBuffer last = ByteBuffer.allocate(StreamFormat.END_LENGTH);
    source.copy(source.length() - StreamFormat.END_LENGTH, last);
    return last.get(0) == StreamFormat.SECTION_FOOTER
        && last.get(StreamFormat.END_LENGTH - 1) == StreamFormat.EOF;
  }

  /**
   * Looks not far in front of a description for the head of another stream, which it would be of;
   * that head may also be bytes of the guest, so that a pass has to tell.
   */
  private static boolean another(ByteSource source, long start, long description)
      throws IOException {
    long from = Math.max(start + HEAD, description - NEAR);
    if (description - from < HEAD) {
      return false;
    }
    byte[] bytes = new byte[(int) (description - from)];
    source.copy(from, ByteBuffer.wrap(bytes));
    // The loop runs before any compiler has seen it. It looks at every fourth byte, which hits one
    // of the magic's four; most bytes are zeros.
    for (int i = Integer.BYTES - 1; i < bytes.length; i += Integer.BYTES) {
      byte at = bytes[i];
      if (at != 0 && MAGIC.indexOf(at) >= 0 && isHeadAround(bytes, i)) {
        return true;
      }
    }
    return false;
  }

  /** Reports whether magic and version stand where the magic covers a byte. */
  private static boolean isHeadAround(byte[] bytes, int covered) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int last = Math.min(covered, bytes.length - HEAD);
    for (int i = covered - Integer.BYTES + 1; i <= last; i++) {
      if (buffer.getInt(i) == StreamFormat.MAGIC
          && buffer.getInt(i + Integer.BYTES) == StreamFormat.VERSION) {
        return true;
      }
    }
    return false;
  }
}
