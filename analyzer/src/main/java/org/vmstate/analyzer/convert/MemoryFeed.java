package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.memory.RamContents;
import org.vmstate.writer.ram.PageRecordWriter;

/** Each page once, as its final content. */
final class MemoryFeed implements PageFeed {
  private final RamContents contents;

  MemoryFeed(RamContents contents) {
    this.contents = contents;
  }

  @Override
  public void feed(RamBlock block, PageRecordWriter out) throws IOException {
    int size = block.pageSize();
    long[] page = new long[1];
    contents.read(
        contents.blocks().get(block.index()),
        new RamContents.Sink() {
          @Override
          public void bytes(ByteBuffer data) throws IOException {
            out.data(block, page[0]++, data);
          }

          @Override
          public void zeros(long count) throws IOException {
            out.fill(block, page[0], count / size, 0);
            page[0] += count / size;
          }

          @Override
          public void absent(long count) {
            // no record says the same of the output
            page[0] += count / size;
          }
        });
  }
}
