package org.vmstate.analyzer.info;

import java.io.IOException;
import java.nio.ByteBuffer;
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

  private static final byte[] MAGIC =
      ByteBuffer.allocate(Integer.BYTES).putInt(StreamFormat.MAGIC).array();

  /** Short, so that the loop over one is compiled soon: it runs before any compiler has seen it. */
  private static final int STRIP = 256;

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
    for (int at = 0; at < bytes.length; at += STRIP) {
      if (hasHead(bytes, at, Math.min(bytes.length, at + STRIP))) {
        return true;
      }
    }
    return false;
  }

  /** Looks at every fourth byte, which hits one of the magic's four; most bytes are zeros. */
  private static boolean hasHead(byte[] bytes, int from, int to) {
    for (int i = from + Integer.BYTES - 1; i < to; i += Integer.BYTES) {
      int at = bytes[i];
      if (at != 0
          && (at == MAGIC[0]
              || at == MAGIC[1] && bytes[i - 1] == MAGIC[0]
              || at == MAGIC[2] && bytes[i - 1] == MAGIC[1]
              || at == MAGIC[3] && bytes[i - 1] == MAGIC[2])
          && isHeadAround(bytes, i)) {
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
