package org.vmstate.parser.memory;

import java.io.IOException;
import java.util.Arrays;
import org.vmstate.formats.ram.PageKind;

/**
 * The pages of a block as they come, the last one wins. Pages that follow one another make an
 * extent; the extents of 4096 pages are a sorted list, or one entry a page where they are many. A
 * page in no extent was never sent.
 */
final class PageTable implements PageIndex {
  private static final int CHUNK_SHIFT = 12;
  private static final int CHUNK = 1 << CHUNK_SHIFT;
  private static final int STEP_SHIFT = 2 * CHUNK_SHIFT;
  private static final int MOST_EXTENTS = 1024;
  private static final int DENSE = MOST_EXTENTS + 1;
  private static final int COUNT_BITS = 12;
  private static final int CLASS_BITS = 4;
  private static final int CELL_SHIFT = COUNT_BITS + CLASS_BITS;

  private final PageStore store;
  private final long pages;
  private final long mostStep;

  /**
   * Of each 4096 pages, from the low bits: number of extents, class of their cell, the cell. Grows
   * to the last page that came.
   */
  private long[] chunks = {};

  // what a splice puts in: at most what is left of an old extent, the new one, and a rest
  private final int[] first = new int[5];
  private final int[] after = new int[5];
  private final long[] entries = new long[5];
  private final long[] steps = new long[5];
  private int pieces;
  private boolean empty = true;

  PageTable(long pages, int pageSize, PageStore store) {
    this.store = store;
    this.pages = pages;
    this.mostStep = 2L * pageSize;
  }

  /** Reports whether no page came. */
  boolean isEmpty() {
    return empty;
  }

  /** Sets a range of pages to entries that grow by a step. */
  void set(long page, long count, long entry, long step) throws IOException {
    empty = false;
    long at = page;
    long end = page + count;
    reach(end);
    while (at < end) {
      int chunk = (int) (at >>> CHUNK_SHIFT);
      int from = (int) (at & CHUNK - 1);
      int to = (int) Math.min(CHUNK, from + end - at);
      store(chunk, from, to, entry + (at - page) * step, step);
      at += to - from;
    }
  }

  private void reach(long end) {
    if (end > pages) {
      throw new IndexOutOfBoundsException("page " + end + " of " + pages);
    }
    int needed = (int) ((end + CHUNK - 1) >>> CHUNK_SHIFT);
    if (needed > chunks.length) {
      int all = Math.toIntExact((pages + CHUNK - 1) >>> CHUNK_SHIFT);
      chunks = Arrays.copyOf(chunks, Math.clamp(2L * chunks.length, needed, all));
    }
  }

  @Override
  public void find(long page, Extent into) {
    int chunk = (int) (page >>> CHUNK_SHIFT);
    if (chunk >= chunks.length) {
      into.entry = NEVER_SENT;
      into.step = 0;
      into.end = pages;
      return;
    }
    int at = (int) (page & CHUNK - 1);
    long base = page - at;
    long cell = cell(chunk);
    int count = count(chunk);
    if (count == DENSE) {
      into.entry = store.get(cell, at);
      into.step = 0;
      into.end = page + 1;
      return;
    }
    int i = search(cell, count, at);
    if (i < count && start(cell, i) <= at) {
      into.step = step(cell, i);
      into.entry = store.get(cell, 2 * i + 1) + (at - start(cell, i)) * into.step;
      into.end = base + end(cell, i);
      return;
    }
    into.entry = NEVER_SENT;
    into.step = 0;
    if (i < count) {
      into.end = base + start(cell, i);
      return;
    }
    int next = chunk + 1;
    while (next < chunks.length && chunks[next] == 0) {
      next++;
    }
    into.end = next == chunks.length ? pages : (long) next << CHUNK_SHIFT;
  }

  private long cell(int chunk) {
    return chunks[chunk] >>> CELL_SHIFT;
  }

  private int count(int chunk) {
    return (int) (chunks[chunk] & (1 << COUNT_BITS) - 1);
  }

  private int cellClass(int chunk) {
    return (int) (chunks[chunk] >>> COUNT_BITS & (1 << CLASS_BITS) - 1);
  }

  private void put(int chunk, long cell, int cellClass, int count) {
    chunks[chunk] = cell << CELL_SHIFT | (long) cellClass << COUNT_BITS | count;
  }

  private int start(long cell, int extent) {
    return (int) (store.get(cell, 2 * extent) & CHUNK - 1);
  }

  private int end(long cell, int extent) {
    long head = store.get(cell, 2 * extent);
    return (int) (head & CHUNK - 1) + (int) (head >>> CHUNK_SHIFT & CHUNK - 1) + 1;
  }

  private long step(long cell, int extent) {
    return store.get(cell, 2 * extent) >>> STEP_SHIFT;
  }

  /** Returns the first extent that ends after a page. */
  private int search(long cell, int count, int page) {
    if (count == 0 || end(cell, count - 1) <= page) {
      return count;
    }
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (end(cell, middle) > page) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private void store(int chunk, int from, int to, long entry, long step) throws IOException {
    int count = count(chunk);
    long cell = cell(chunk);
    if (count == DENSE) {
      fill(cell, from, to, entry, step);
      return;
    }
    int i = search(cell, count, from);
    int j = i;
    pieces = 0;
    if (i < count && start(cell, i) < from) {
      piece(start(cell, i), from, store.get(cell, 2 * i + 1), step(cell, i));
    } else if (i > 0 && end(cell, i - 1) == from) {
      i--;
      piece(start(cell, i), from, store.get(cell, 2 * i + 1), step(cell, i));
    }
    piece(from, to, entry, step);
    while (j < count && start(cell, j) < to) {
      j++;
    }
    if (j > i && end(cell, j - 1) > to) {
      long skipped = (to - start(cell, j - 1)) * step(cell, j - 1);
      piece(to, end(cell, j - 1), store.get(cell, 2 * j - 1) + skipped, step(cell, j - 1));
    } else if (j < count && start(cell, j) == to) {
      piece(to, end(cell, j), store.get(cell, 2 * j + 1), step(cell, j));
      j++;
    }
    splice(chunk, i, j);
  }

  /** Adds a piece, as part of the one before where it goes on. */
  private void piece(int from, int to, long entry, long step) {
    int last = pieces - 1;
    if (last >= 0) {
      int length = after[last] - first[last];
      long grows = length > 1 ? steps[last] : entry - entries[last];
      boolean fits =
          entry >>> KIND_SHIFT == entries[last] >>> KIND_SHIFT
              && grows >= 0
              && grows < mostStep
              // places grow, the byte of a page does not
              && (grows == 0 || PageIndex.kind(entry) != PageKind.FILL)
              && entry == entries[last] + length * grows
              && (to - from == 1 || step == grows);
      if (fits) {
        after[last] = to;
        steps[last] = grows;
        return;
      }
    }
    first[pieces] = from;
    after[pieces] = to;
    entries[pieces] = entry;
    steps[pieces] = step;
    pieces++;
  }

  /** Puts the pieces in place of some extents. */
  private void splice(int chunk, int from, int to) throws IOException {
    int count = count(chunk);
    long cell = cell(chunk);
    int size = count - (to - from) + pieces;
    if (size > MOST_EXTENTS) {
      spread(chunk);
      for (int i = 0; i < pieces; i++) {
        fill(cell(chunk), first[i], after[i], entries[i], steps[i]);
      }
      return;
    }
    int before = cellClass(chunk);
    int now = PageStore.classOf(2 * size);
    long target = cell;
    if (count > 0 && now <= before) {
      now = before;
    } else {
      target = store.allocate(now);
      store.copy(cell, 0, target, 0, 2 * from);
    }
    store.copy(cell, 2 * to, target, 2 * (from + pieces), 2 * (count - to));
    if (target != cell && count > 0) {
      store.release(cell, before);
    }
    for (int i = 0; i < pieces; i++) {
      long length = after[i] - first[i] - 1L;
      long step = length == 0 ? 0 : steps[i];
      long head = step << STEP_SHIFT | length << CHUNK_SHIFT | first[i];
      store.put(target, 2 * (from + i), head);
      store.put(target, 2 * (from + i) + 1, entries[i]);
    }
    put(chunk, target, now, size);
  }

  /** Makes a list of extents one entry a page. */
  private void spread(int chunk) throws IOException {
    long cell = cell(chunk);
    int count = count(chunk);
    long target = store.allocate(PageStore.CLASSES - 1);
    for (int page = 0; page < CHUNK; page++) {
      store.put(target, page, NEVER_SENT);
    }
    for (int i = 0; i < count; i++) {
      fill(target, start(cell, i), end(cell, i), store.get(cell, 2 * i + 1), step(cell, i));
    }
    store.release(cell, cellClass(chunk));
    put(chunk, target, PageStore.CLASSES - 1, DENSE);
  }

  private void fill(long cell, int from, int to, long entry, long step) {
    long value = entry;
    for (int page = from; page < to; page++) {
      store.put(cell, page, value);
      value += step;
    }
  }
}
