package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.OptionalLong;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/**
 * Finds the end of a payload of unknown layout: the next footer with the section's id behind which
 * a record can begin.
 */
final class FooterFinder {
  private static final int CHUNK = 64 << 10;
  private static final int FOOTER = 5;

  private final ByteSource source;
  private final Map<Long, Section> known;

  FooterFinder(ByteSource source, Map<Long, Section> known) {
    this.source = source;
    this.known = known;
  }

  /** Returns the offset of the footer, searching a seekable source from an offset to its end. */
  OptionalLong find(long from, long sectionId) throws IOException {
    long end = source.length();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    long at = from;
    while (end - at >= FOOTER) {
      chunk.clear().limit((int) Math.min(CHUNK, end - at));
      source.copy(at, chunk);
      int last = chunk.limit() - FOOTER;
      for (int i = 0; i <= last; i++) {
        if (chunk.get(i) == StreamFormat.SECTION_FOOTER
            && (chunk.getInt(i + 1) & 0xffffffffL) == sectionId
            && recordAt(at + i + FOOTER, end)) {
          return OptionalLong.of(at + i);
        }
      }
      at += last + 1;
    }
    return OptionalLong.empty();
  }

  private boolean recordAt(long offset, long end) throws IOException {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(FOOTER + 2, end - offset));
    if (!head.hasRemaining()) {
      return false;
    }
    source.copy(offset, head);
    head.flip();
    int type = head.get(0);
    return switch (type) {
      case StreamFormat.EOF -> head.limit() == 1 || head.get(1) == StreamFormat.VMDESCRIPTION;
      case StreamFormat.SECTION_START, StreamFormat.SECTION_FULL ->
          head.limit() == FOOTER + 2 && head.get(FOOTER) != 0 && head.get(FOOTER + 1) > ' ';
      case StreamFormat.SECTION_PART, StreamFormat.SECTION_END ->
          head.limit() >= FOOTER && known.containsKey(head.getInt(1) & 0xffffffffL);
      case StreamFormat.COMMAND ->
          head.limit() >= FOOTER && CommandType.of(head.getShort(1)) != CommandType.INVALID;
      default -> false;
    };
  }
}
