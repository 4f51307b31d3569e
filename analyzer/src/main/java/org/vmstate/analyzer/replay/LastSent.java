package org.vmstate.analyzer.replay;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.io.TemporaryFile;
import org.vmstate.parser.memory.RamContents;
import org.vmstate.parser.ram.EncodedPage;
import org.vmstate.writer.ram.BitmapMemory;
import org.vmstate.writer.ram.PageBitmap;

/**
 * What the receiver has of each page while a save is replayed. Whole pages are read where they
 * stand in the image; pages that were made from deltas lie in a temporary file, so that no chain of
 * deltas is gone through again and again.
 */
final class LastSent implements Closeable {
  private final RamContents contents;
  private final Arena arena = Arena.ofConfined();
  private final BitmapMemory memory = new BitmapMemory(arena);
  private final List<PageBitmap> spooled = new ArrayList<>();
  private final long[] starts;
  private TemporaryFile file;

  LastSent(RamContents contents, List<RamBlock> blocks, long[] starts) {
    this.contents = contents;
    this.starts = starts;
    for (RamBlock block : blocks) {
      spooled.add(new PageBitmap(memory, block.pages()));
    }
  }

  private long place(RamBlock block, long page) {
    return starts[block.index()] + page * block.pageSize();
  }

  /** Reads a page; what was never sent is zero. */
  void read(RamBlock block, long page, byte[] target) throws IOException {
    if (spooled.get(block.index()).get(page)) {
      file.read(place(block, page), ByteBuffer.wrap(target));
    } else if (!contents.page(block, page, target)) {
      Arrays.fill(target, (byte) 0);
    }
  }

  /** Accepts the next run of whole pages. */
  void whole(PageRun run) throws IOException {
    contents.add(run);
    spooled.get(run.block().index()).clear(run.firstPage(), run.count());
  }

  /**
   * Accepts the next page that is encoded.
   *
   * @param page in: what it was, out: what it becomes
   */
  void encoded(SourceBytes source, PageRun run, byte[] page) throws IOException {
    EncodedPage.apply(source, run, page);
    if (file == null) {
      file = TemporaryFile.create(".replay");
    }
    file.write(place(run.block(), run.firstPage()), ByteBuffer.wrap(page));
    spooled.get(run.block().index()).set(run.firstPage(), 1);
  }

  static boolean isEncoded(PageKind kind) {
    return switch (kind) {
      case XBZRLE, XBZRLE_2011, ZLIB -> true;
      case ZERO, FILL, DATA -> false;
    };
  }

  @Override
  public void close() throws IOException {
    arena.close();
    if (file != null) {
      file.close();
    }
  }
}
