package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.ram.PageRecordWriter;

/** Pages that replace those of the input: they are sent once more, and the last record counts. */
final class NewPages implements PageFeed {
  private record NewPage(String block, long index, byte[] content) {}

  private final List<NewPage> pages = new ArrayList<>();

  void add(String block, long index, byte[] content) {
    pages.add(new NewPage(block, index, content.clone()));
  }

  boolean isEmpty() {
    return pages.isEmpty();
  }

  /** Refuses pages that the image has no place for. */
  void require(List<RamBlock> blocks) throws ConversionException {
    for (NewPage page : pages) {
      RamBlock block =
          blocks.stream()
              .filter(b -> b.name().equals(page.block))
              .findFirst()
              .orElseThrow(
                  () -> new ConversionException("page of " + page.block + ": no such block"));
      if (page.index < 0 || page.index >= block.usedLength() / block.pageSize()) {
        throw new ConversionException(
            "page "
                + page.index
                + " of "
                + page.block
                + ": expected 0 to "
                + (block.usedLength() / block.pageSize() - 1));
      }
      if (page.content.length != block.pageSize()) {
        throw new ConversionException(
            "page "
                + page.index
                + " of "
                + page.block
                + ": expected "
                + block.pageSize()
                + " bytes, found "
                + page.content.length);
      }
    }
  }

  @Override
  public void feed(RamBlock block, PageRecordWriter out) throws IOException {
    for (NewPage page : pages) {
      if (page.block.equals(block.name())) {
        out.data(block, page.index, ByteBuffer.wrap(page.content));
      }
    }
  }
}
