package org.vmstate.analyzer.convert;

import java.io.IOException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.ram.PageRecordWriter;

/** Writes every page of a block as page records. */
interface PageFeed {
  /**
   * Writes the pages.
   *
   * @param block the block as the input has it
   */
  void feed(RamBlock block, PageRecordWriter out) throws IOException;
}
