package org.vmstate.analyzer.change;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.ram.PageRecordWriter;

/**
 * Records of zero pages with which a block becomes longer: what is never sent would be what the
 * target has there, such as the rest of its own ROM.
 *
 * @param block the block as it is to be
 * @param first number of the first page
 */
record ZeroPages(RamBlock block, long first) {
  /** The word with address and flags, and the byte that fills the page. */
  private static final int RECORD = Long.BYTES + 1;

  /** Returns how many bytes the records have; the first one names the block. */
  long length() {
    return (block.pages() - first) * RECORD
        + 1
        + block.name().getBytes(StandardCharsets.ISO_8859_1).length;
  }

  void write(ByteSink sink) throws IOException {
    PageRecordWriter records = new PageRecordWriter(sink);
    records.fill(block, first, block.pages() - first, 0);
    records.flush();
  }
}
