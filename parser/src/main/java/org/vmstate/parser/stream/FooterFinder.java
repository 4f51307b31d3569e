package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.OptionalLong;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/**
 * Finds the end of a payload of unknown layout: the next footer with the section's id after which a
 * record can begin.
 */
final class FooterFinder {
  private static final int CHUNK = 64 << 10;

  private final ByteSource source;
  private final Map<Long, Section> known;

  FooterFinder(ByteSource source, Map<Long, Section> known) {
    this.source = source;
    this.known = known;
  }

  /**
   * Returns the offset of a footer that a record or the end of the file follows, searching a
   * seekable source from an offset to its end.
   */
  OptionalLong find(long from, long sectionId) throws IOException {
    long end = source.length();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    long at = from;
    while (end - at >= StreamFormat.REF_LENGTH) {
      chunk.clear().limit((int) Math.min(CHUNK, end - at));
      source.copy(at, chunk);
      int last = chunk.limit() - StreamFormat.REF_LENGTH;
      for (int i = 0; i <= last; i++) {
        if (chunk.get(i) == StreamFormat.SECTION_FOOTER
            && (chunk.getInt(i + 1) & 0xffffffffL) == sectionId
            && (at + i + StreamFormat.REF_LENGTH == end
                || RecordStart.isAt(source, at + i + StreamFormat.REF_LENGTH, known))) {
          return OptionalLong.of(at + i);
        }
      }
      at += last + 1;
    }
    return OptionalLong.empty();
  }
}
