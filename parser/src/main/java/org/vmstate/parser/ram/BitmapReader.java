package org.vmstate.parser.ram;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

/** Turns the page bitmap of a fixed layout into runs: a set bit is data, a clear one zero. */
public final class BitmapReader {
  private static final int CHUNK = 64 << 10;

  private final SourceBytes source;
  private final RamBlock block;
  private final MappedBlock mapped;
  private long runStart;
  private boolean runSet;

  /** Reads the bitmap of a block in a fixed layout. */
  public BitmapReader(SourceBytes source, RamBlock block) {
    this.source = source;
    this.block = block;
    this.mapped = block.mapped().orElseThrow();
  }

  /** Accepts runs. */
  public interface RunConsumer {
    /** Accepts the next run. */
    void accept(PageRun run) throws IOException;
  }

  /** Gives all runs of the block in page order. */
  public void forEachRun(RunConsumer consumer) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    long pages = block.pages();
    long page = 0;
    long offset = mapped.bitmapOffset();
    long end = offset + mapped.bitmapLength();
    while (page < pages) {
      int length = (int) Math.min(CHUNK, end - offset);
      chunk.clear().limit(length);
      source.copy(offset, chunk);
      // a bitmap of 32-bit words may end in the middle of a 64-bit one
      chunk.limit((length + 7) & ~7);
      while (chunk.position() < chunk.limit()) {
        chunk.put((byte) 0);
      }
      chunk.flip();
      while (chunk.hasRemaining() && page < pages) {
        long bits = mapped.order().normalize(chunk.getLong());
        int count = (int) Math.min(Long.SIZE, pages - page);
        word(bits, page, count, consumer);
        page += count;
      }
      offset += length;
    }
    emit(pages, consumer);
  }

  private void word(long bits, long firstPage, int count, RunConsumer consumer) throws IOException {
    int at = 0;
    while (at < count) {
      long rest = bits >>> at;
      boolean set = (rest & 1) != 0;
      if (set != runSet) {
        emit(firstPage + at, consumer);
        runSet = set;
      }
      at += Long.numberOfTrailingZeros(set ? ~rest : rest);
    }
  }

  private void emit(long page, RunConsumer consumer) throws IOException {
    long count = page - runStart;
    if (count > 0) {
      consumer.accept(
          new PageRun(
              block,
              runStart,
              count,
              runSet ? PageKind.DATA : PageKind.ZERO,
              0,
              mapped.pagesOffset() + runStart * block.pageSize(),
              block.pageSize()));
    }
    runStart = page;
  }
}
