package org.vmstate.analyzer.salvage;

import java.nio.ByteBuffer;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.SplicedSource.Segment;

/** What a stream lacks that stops inside its memory: ends of parts and sections, and the mark. */
final class StreamTail {
  /** Most bytes that end one section. */
  private static final int MOST = 32;

  private final Scan scan;
  private final ByteBuffer bytes;

  /** Ends what a pass left open. */
  StreamTail(Scan scan) {
    this.scan = scan;
    this.bytes = ByteBuffer.allocate(MOST * (scan.open.size() + 2));
  }

  /** Ends the payload of a section that has begun. */
  void endPayload(Section section) {
    bytes.putLong(RamFormat.EOS);
    if (scan.hasFooters()) {
      bytes.put((byte) StreamFormat.SECTION_FOOTER).putInt((int) section.id());
    }
  }

  /** Ends a section by a record of its own. */
  void end(Section section) {
    bytes.put((byte) StreamFormat.SECTION_END).putInt((int) section.id());
    endPayload(section);
  }

  /** Ends the stream. */
  Segment finish() {
    bytes.put((byte) StreamFormat.EOF);
    byte[] all = new byte[bytes.flip().remaining()];
    bytes.get(all);
    return Segment.of(all);
  }
}
