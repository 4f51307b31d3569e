package org.vmstate.analyzer.check;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Which pages of a block were sent. Full stretches cost next to nothing. */
final class PageSet {
  private static final int CHUNK_PAGES = 1 << 15;
  private static final long[] FULL = new long[0];

  /** Bounds the memory that all sets of an image take together. */
  static final class Budget {
    /** Chunks of 4 KiB. */
    private int left = 4096;

    boolean isSpent() {
      return left < 0;
    }
  }

  private final long pages;
  private final Budget budget;
  private final Map<Long, long[]> chunks = new HashMap<>();

  PageSet(long pages, Budget budget) {
    this.pages = pages;
    this.budget = budget;
  }

  void add(long first, long count) {
    long page = first;
    long end = first + count;
    while (page < end && !budget.isSpent()) {
      long index = page / CHUNK_PAGES;
      long chunkEnd = Math.min(end, (index + 1) * CHUNK_PAGES);
      if (page % CHUNK_PAGES == 0 && chunkEnd - page == CHUNK_PAGES) {
        chunks.put(index, FULL);
      } else {
        part(index, (int) (page % CHUNK_PAGES), (int) (chunkEnd - index * CHUNK_PAGES));
      }
      page = chunkEnd;
    }
  }

  private void part(long index, int from, int to) {
    long[] bits = chunks.get(index);
    if (bits == FULL) {
      return;
    }
    if (bits == null) {
      budget.left--;
      bits = new long[CHUNK_PAGES / Long.SIZE];
      chunks.put(index, bits);
    }
    for (int at = from; at < to; ) {
      int word = at / Long.SIZE;
      int bit = at % Long.SIZE;
      int count = Math.min(Long.SIZE - bit, to - at);
      bits[word] |= (-1L >>> (Long.SIZE - count)) << bit;
      at += count;
    }
    if (to == CHUNK_PAGES && isFull(bits)) {
      chunks.put(index, FULL);
      budget.left++;
    }
  }

  private static boolean isFull(long[] bits) {
    return Arrays.stream(bits).allMatch(word -> word == -1);
  }

  boolean contains(long page) {
    long[] bits = chunks.get(page / CHUNK_PAGES);
    int at = (int) (page % CHUNK_PAGES);
    return bits == FULL || bits != null && (bits[at / Long.SIZE] >>> at & 1) != 0;
  }

  /** Returns how many pages were sent. */
  long count() {
    long count = 0;
    for (Map.Entry<Long, long[]> chunk : chunks.entrySet()) {
      if (chunk.getValue() == FULL) {
        count += Math.min(CHUNK_PAGES, pages - chunk.getKey() * CHUNK_PAGES);
      } else {
        count += Arrays.stream(chunk.getValue()).map(Long::bitCount).sum();
      }
    }
    return count;
  }

  /** Returns the first page that was not sent, or the number of pages. */
  long firstMissing() {
    for (long index = 0; index * CHUNK_PAGES < pages; index++) {
      long[] bits = chunks.get(index);
      if (bits == null) {
        return index * CHUNK_PAGES;
      }
      for (int word = 0; word < bits.length; word++) {
        if (bits[word] != -1) {
          long page =
              index * CHUNK_PAGES
                  + (long) word * Long.SIZE
                  + Long.numberOfTrailingZeros(~bits[word]);
          return Math.min(page, pages);
        }
      }
    }
    return pages;
  }
}
