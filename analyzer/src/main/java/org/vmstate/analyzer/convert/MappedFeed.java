package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.analyzer.memory.DirectReads;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ram.BitmapReader;
import org.vmstate.writer.ram.PageRecordWriter;

/** The pages of a fixed layout. */
final class MappedFeed implements PageFeed {
  private static final int CHUNK = 1 << 20;

  private final SourceBytes source;
  private final Progress progress;
  private final DirectReads direct;
  private final ByteBuffer chunk;

  /**
   * Takes the pages from a source.
   *
   * @param direct its file past the page cache, or null
   */
  MappedFeed(SourceBytes source, DirectReads direct, Progress progress) {
    this.source = source;
    this.direct = direct;
    this.progress = progress;
    chunk = direct == null ? ByteBuffer.allocateDirect(CHUNK) : direct.buffer(CHUNK);
  }

  @Override
  public void feed(RamBlock block, PageRecordWriter out) throws IOException {
    if (block.mapped().orElseThrow().pagesOffset() == 0) {
      // left out by x-ignore-shared, as it will be
      return;
    }
    new BitmapReader(source, block).forEachRun(run -> write(run, out));
  }

  private void write(PageRun run, PageRecordWriter out) throws IOException {
    RamBlock block = run.block();
    int size = block.pageSize();
    if (run.kind() == PageKind.ZERO) {
      out.fill(block, run.firstPage(), run.count(), 0);
      return;
    }
    long slice = CHUNK / size;
    for (long done = 0; done < run.count(); done += slice) {
      int count = (int) Math.min(slice, run.count() - done);
      long from = run.offset() + done * size;
      chunk.clear().limit(count * size);
      if (direct == null || !direct.read(from, chunk)) {
        source.copy(from, chunk);
      }
      out.data(block, run.firstPage() + done, chunk.flip());
      progress.at(from, source.length());
    }
  }
}
