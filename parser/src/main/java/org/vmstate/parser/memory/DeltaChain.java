package org.vmstate.parser.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.io.TemporaryFile;
import org.vmstate.parser.ram.EncodedPage;

/**
 * Reads pages that deltas changed. Each delta is a cell with the entry that it changes and the
 * offset of its data, so a page is a chain from the last delta down to its first content. The way
 * back up is written into the cells while the chain is gone down, so that a chain of any length
 * needs no memory. What a long chain makes is kept in a temporary file: such a page costs its
 * deltas once, however often it is read.
 */
final class DeltaChain implements Closeable {
  /** Marks the link of a cell whose page was kept; the rest of it is the page's place. */
  private static final long KEPT = 0xfL << PageIndex.KIND_SHIFT;

  /** Bytes of a page for each delta of a chain that is not kept: it takes less than the image. */
  private static final int BYTES_PER_DELTA = 4;

  /** No entry of a delta. */
  private static final long NONE = 0;

  private final PageStore store;
  private TemporaryFile kept;
  private long end;

  DeltaChain(PageStore store) {
    this.store = store;
  }

  /** Makes the entry of a page that a delta changes. */
  long add(PageKind kind, long before, long offset) throws IOException {
    long cell = store.allocate(0);
    store.put(cell, 0, before);
    store.put(cell, 1, offset);
    return PageIndex.entry(kind, cell);
  }

  private static boolean isDelta(long entry) {
    return PageIndex.isSent(entry) && PageIndex.kind(entry).isDelta();
  }

  private long link(long entry) {
    return store.get(PageIndex.value(entry), 0);
  }

  private void link(long entry, long to) {
    store.put(PageIndex.value(entry), 0, to);
  }

  private static boolean isKept(long link) {
    return link >>> PageIndex.KIND_SHIFT == KEPT >>> PageIndex.KIND_SHIFT;
  }

  /** Fills an array with the final content of a page. */
  void read(SourceBytes source, RamBlock block, long number, long entry, byte[] page)
      throws IOException {
    long above = NONE;
    long at = entry;
    while (isDelta(at) && !isKept(link(at))) {
      long below = link(at);
      link(at, above);
      above = at;
      at = below;
    }
    long count = 0;
    try {
      base(source, block, number, at, page);
      while (above != NONE) {
        long delta = above;
        above = link(delta);
        link(delta, at);
        at = delta;
        count++;
        long offset = store.get(PageIndex.value(delta), 1);
        EncodedPage.apply(source, block, number, PageIndex.kind(delta), offset, page);
      }
    } finally {
      // after an error, too, the links lead down
      while (above != NONE) {
        long delta = above;
        above = link(delta);
        link(delta, at);
        at = delta;
      }
    }
    if (count > page.length / BYTES_PER_DELTA) {
      keep(entry, page);
    }
  }

  private void base(SourceBytes source, RamBlock block, long number, long entry, byte[] page)
      throws IOException {
    long value = PageIndex.value(entry);
    switch (PageIndex.kind(entry)) {
      case ZERO -> Arrays.fill(page, (byte) 0);
      case FILL -> Arrays.fill(page, (byte) value);
      case DATA -> source.copy(value, ByteBuffer.wrap(page));
      case ZLIB -> EncodedPage.apply(source, block, number, PageKind.ZLIB, value, page);
      case XBZRLE, XBZRLE_2011 -> kept.read(link(entry) & ~KEPT, ByteBuffer.wrap(page));
    }
  }

  private void keep(long entry, byte[] page) throws IOException {
    if (kept == null) {
      kept = TemporaryFile.create(".deltas");
    }
    kept.write(end, ByteBuffer.wrap(page));
    link(entry, KEPT | end);
    end += page.length;
  }

  @Override
  public void close() throws IOException {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }
}
