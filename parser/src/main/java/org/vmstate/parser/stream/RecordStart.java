package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/**
 * Reports whether a record can begin at a place. A type alone is a byte between 0 and 8, which any
 * data has; what stands after it, as far as the source goes, must fit too.
 */
final class RecordStart {
  private static final int LENGTH = StreamFormat.NAME_AT + 2;

  private RecordStart() {}

  /** Tests the bytes at the cursor. */
  static boolean follows(ByteSource source, Map<Long, Section> known) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(LENGTH);
    for (int b; head.hasRemaining() && (b = source.peek(head.position())) >= 0; ) {
      head.put((byte) b);
    }
    return fits(head.flip(), known);
  }

  /** Tests the bytes at an offset of a seekable source. */
  static boolean isAt(ByteSource source, long offset, Map<Long, Section> known) throws IOException {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(LENGTH, source.length() - offset));
    source.copy(offset, head);
    return fits(head.flip(), known);
  }

  private static boolean fits(ByteBuffer head, Map<Long, Section> known) {
    int length = head.limit();
    if (length == 0) {
      return false;
    }
    int type = head.get(0);
    return switch (type) {
      case StreamFormat.EOF ->
          length == 1
              || head.get(1) == StreamFormat.VMDESCRIPTION
              || length > Integer.BYTES && head.getInt(1) == StreamFormat.MAGIC;
      case StreamFormat.SECTION_START, StreamFormat.SECTION_FULL ->
          length < LENGTH
              || head.get(StreamFormat.NAME_AT) != 0 && head.get(StreamFormat.NAME_AT + 1) > ' ';
      case StreamFormat.SECTION_PART, StreamFormat.SECTION_END ->
          length < StreamFormat.REF_LENGTH || known.containsKey(head.getInt(1) & 0xffffffffL);
      case StreamFormat.COMMAND ->
          length < StreamFormat.REF_LENGTH
              || CommandType.of(head.getShort(1)) != CommandType.INVALID;
      default -> false;
    };
  }
}
