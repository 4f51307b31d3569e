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
  /** Footer of the last section, and the end mark. */
  private StreamEnd() {}

  /**
   * Reports whether a stream ends where its file does.
   *
   * @param description where the description's text stands, if one was found
   */
  static boolean isSound(ByteSource source, Optional<ByteRange> description) throws IOException {
    if (description.isPresent()) {
      return description.get().end() == source.length();
    }
    if (source.length() - source.origin() < StreamFormat.END_LENGTH) {
      return false;
    }
    ByteBuffer last = ByteBuffer.allocate(StreamFormat.END_LENGTH);
    source.copy(source.length() - StreamFormat.END_LENGTH, last);
    return last.get(0) == StreamFormat.SECTION_FOOTER
        && last.get(StreamFormat.END_LENGTH - 1) == StreamFormat.EOF;
  }
}
