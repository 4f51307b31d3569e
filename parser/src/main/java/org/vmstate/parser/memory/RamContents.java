package org.vmstate.parser.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Reason;

/**
 * The final content of every RAM block: collects runs in stream order, the last one of a page wins.
 * Pages are read where they stand when one asks for them, deltas are applied then; the pages of a
 * fixed layout are looked up in its bitmaps. Not safe for use by several threads.
 */
public final class RamContents implements Closeable {
  /** Pages that {@link #read} reads at once. */
  private static final int AT_ONCE = 32;

  private static final long MAX_PAGES = 1L << 33;

  private final PageStore store = new PageStore();
  private final DeltaChain chains = new DeltaChain(store);
  private final List<RamBlock> blocks = new ArrayList<>();
  private final List<PageTable> tables = new ArrayList<>();
  private final List<PageIndex> bitmaps = new ArrayList<>();
  private SourceBytes source;

  /** Holds no blocks yet. */
  public RamContents() {}

  /** Sets the source to which the runs' offsets refer. */
  public void setSource(SourceBytes value) {
    if (value == source) {
      return;
    }
    source = value;
    store.setSource(value);
    bitmaps.replaceAll(_ -> null);
  }

  /** Accepts the block list; blocks of more than 32 TiB together are too much. */
  public void blocks(List<RamBlock> list) throws LimitExceededException {
    blocks.clear();
    tables.clear();
    bitmaps.clear();
    requirePossible(list);
    for (RamBlock block : list) {
      blocks.add(block);
      // a fixed layout has its own table
      boolean fixed = block.mapped().isPresent();
      tables.add(new PageTable(fixed ? 0 : block.pages(), block.pageSize(), store));
      bitmaps.add(null);
    }
  }

  /** Refuses blocks of more than 32 TiB together, for which something is kept of each page. */
  public static void requirePossible(List<RamBlock> list) throws LimitExceededException {
    long pages = 0;
    for (RamBlock block : list) {
      pages += block.pages();
      if (pages > MAX_PAGES || pages < 0) {
        throw new LimitExceededException(
            Reason.MEMORY_TOO_LARGE,
            "content of memory: more than " + MAX_PAGES + " pages",
            0,
            block.name());
      }
    }
  }

  /** Returns the blocks in the order of the list. */
  public List<RamBlock> blocks() {
    return blocks;
  }

  /** Accepts the next run. */
  public void add(PageRun run) throws IOException {
    if (run.block().mapped().isPresent()) {
      return;
    }
    store.sent(run);
    PageTable table = tables.get(run.block().index());
    long first = run.firstPage();
    PageKind kind = run.kind();
    switch (kind) {
      case ZERO -> table.set(first, run.count(), PageIndex.entry(kind, 0), 0);
      case FILL -> table.set(first, run.count(), PageIndex.entry(kind, run.value()), 0);
      case DATA -> table.set(first, run.count(), PageIndex.entry(kind, run.offset()), run.stride());
      case ZLIB -> table.set(first, 1, PageIndex.entry(kind, run.offset()), 0);
      case XBZRLE, XBZRLE_2011 -> delta(table, run);
    }
  }

  private void delta(PageTable table, PageRun run) throws IOException {
    Extent before = new Extent();
    table.find(run.firstPage(), before);
    if (!PageIndex.isSent(before.entry)) {
      // what it changes never came, so that the page is still missing
      return;
    }
    table.set(run.firstPage(), 1, chains.add(run.kind(), before.entry, run.offset()), 0);
  }

  /** Returns a cursor over the pages of a block, before its first one is looked at. */
  public PageCursor cursor(RamBlock block) {
    return new PageCursor(index(block));
  }

  private PageIndex index(RamBlock block) {
    RamBlock own = blocks.get(block.index());
    if (own.mapped().isPresent()) {
      if (own.mapped().get().pagesOffset() == 0) {
        return new NoPages(own.pages(), PageIndex.LEFT_OUT);
      }
      if (bitmaps.get(own.index()) == null) {
        bitmaps.set(own.index(), new BitmapIndex(source, own));
      }
      return bitmaps.get(own.index());
    }
    PageTable table = tables.get(own.index());
    if (!table.isEmpty()) {
      return table;
    }
    // only x-ignore-shared puts an address into the list
    return new NoPages(own.pages(), own.address() < 0 ? PageIndex.NEVER_SENT : PageIndex.LEFT_OUT);
  }

  private void read(RamBlock block, long number, long entry, byte[] page) throws IOException {
    chains.read(source, block, number, entry, page);
  }

  /**
   * Reads one page.
   *
   * @return false for a zero or absent page, which leaves the array as it is
   */
  public boolean page(RamBlock block, long number, byte[] page) throws IOException {
    Extent extent = new Extent();
    index(block).find(number, extent);
    if (isNothing(extent.entry)) {
      return false;
    }
    read(block, number, extent.entry, page);
    return true;
  }

  /** Returns the final content of one page. */
  public Page page(RamBlock block, long number) throws IOException {
    PageCursor cursor = cursor(block);
    cursor.moveTo(number);
    return switch (cursor.state()) {
      case DATA -> {
        byte[] bytes = new byte[block.pageSize()];
        read(block, number, cursor.entry(), bytes);
        yield new Page.Data(bytes);
      }
      case FILL -> new Page.Fill((int) PageIndex.value(cursor.entry()));
      case NEVER_SENT -> new Page.NeverSent();
      case LEFT_OUT -> new Page.LeftOut();
    };
  }

  private static boolean isNothing(long entry) {
    return !PageIndex.isSent(entry) || PageIndex.kind(entry) == PageKind.ZERO;
  }

  /** Gives the final content of a block as runs in page order. */
  public void forEachRun(RamBlock block, MemoryRun.Sink sink) throws IOException {
    MemoryRuns.of(block, index(block), sink);
  }

  /**
   * Reads pages, one after the other.
   *
   * @param target accepts them from its start on; zero and absent pages are zeros
   */
  public void pages(RamBlock block, long first, int count, byte[] target) throws IOException {
    int size = block.pageSize();
    PageIndex index = index(block);
    Extent extent = new Extent();
    byte[] zeros = new byte[size];
    byte[] page = null;
    int at = 0;
    while (at < count) {
      index.find(first + at, extent);
      int end = (int) Math.min(count, extent.end - first);
      if (isNothing(extent.entry)) {
        for (; at < end; at++) {
          // the first of the compilers does not know a loop that fills
          System.arraycopy(zeros, 0, target, at * size, size);
        }
      } else if (PageIndex.kind(extent.entry) == PageKind.DATA) {
        ByteBuffer room = ByteBuffer.wrap(target, at * size, (end - at) * size);
        // a single page has no next one
        long step = end - at == 1 ? size : extent.step;
        source.copySeries(PageIndex.value(extent.entry), size, step, end - at, room);
        at = end;
      } else {
        page = page == null ? new byte[size] : page;
        read(block, first + at, extent.entry, page);
        System.arraycopy(page, 0, target, at * size, size);
        at++;
      }
    }
  }

  /** Accepts the bytes of a block from its first to its last. */
  public interface Sink {
    /** Accepts the next bytes; the buffer is valid during the call. */
    void bytes(ByteBuffer data) throws IOException;

    /** Accepts a number of zero bytes. */
    void zeros(long count) throws IOException;

    /** Accepts a number of bytes of pages of which the image has nothing. */
    void absent(long count) throws IOException;
  }

  /** Reads a whole block in address order. */
  public void read(RamBlock block, Sink sink) throws IOException {
    read(block, 0, block.pages(), sink);
  }

  /** Reads pages of a block from a first one to the one before the last. */
  public void read(RamBlock block, long first, long pages, Sink sink) throws IOException {
    PageIndex index = index(block);
    Extent extent = new Extent();
    byte[] page = new byte[block.pageSize()];
    byte[] several = null;
    long at = first;
    while (at < pages) {
      index.find(at, extent);
      long end = Math.min(pages, extent.end);
      if (!PageIndex.isSent(extent.entry)) {
        sink.absent(length(block, at, end));
      } else if (PageIndex.kind(extent.entry) == PageKind.ZERO) {
        sink.zeros(length(block, at, end));
      } else if (PageIndex.kind(extent.entry) == PageKind.DATA && end - at > 1) {
        several = several == null ? new byte[AT_ONCE * page.length] : several;
        several(block, at, end, several, sink);
      } else {
        for (long i = at; i < end; i++) {
          read(block, i, extent.entry + (i - at) * extent.step, page);
          sink.bytes(ByteBuffer.wrap(page, 0, (int) length(block, i, i + 1)));
        }
      }
      at = end;
    }
  }

  private void several(RamBlock block, long first, long end, byte[] pages, Sink sink)
      throws IOException {
    for (long at = first; at < end; at += AT_ONCE) {
      int count = (int) Math.min(AT_ONCE, end - at);
      pages(block, at, count, pages);
      for (int i = 0; i < count; i++) {
        int length = (int) length(block, at + i, at + i + 1);
        sink.bytes(ByteBuffer.wrap(pages, i * block.pageSize(), length).slice());
      }
    }
  }

  private static long length(RamBlock block, long from, long to) {
    return Math.min(block.usedLength(), to * block.pageSize()) - from * block.pageSize();
  }

  @Override
  public void close() throws IOException {
    try {
      chains.close();
    } finally {
      store.close();
    }
  }
}
