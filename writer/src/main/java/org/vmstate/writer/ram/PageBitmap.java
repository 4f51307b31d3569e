package org.vmstate.writer.ram;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A bit for each page, bit i in bit i%8 of byte i/8. Its memory follows the bits that are set, not
 * the pages that there might be. Safe for use by several threads.
 */
public final class PageBitmap {
  private static final int CHUNK = BitmapMemory.WORDS * Long.SIZE;

  private final BitmapMemory memory;
  private final long pages;

  /** Handles of the chunks, up to one after the last that has had a bit. */
  private int[] chunks = {};

  /** Makes an empty bitmap, which lives as long as its memory. */
  public PageBitmap(BitmapMemory memory, long pages) {
    this.memory = memory;
    this.pages = pages;
  }

  /** Returns the first page of which no chunk is known. */
  private long known() {
    return (long) chunks.length * CHUNK;
  }

  private int handle(long page) {
    return page < known() ? chunks[(int) (page / CHUNK)] : BitmapMemory.ZEROS;
  }

  private long word(long page) {
    return memory.get(handle(page), wordOf(page));
  }

  private static int wordOf(long page) {
    return (int) (page / Long.SIZE % BitmapMemory.WORDS);
  }

  /** Sets a range of bits. */
  public void set(long first, long count) {
    long end = first + count;
    if (first < 0 || end > pages) {
      throw new IndexOutOfBoundsException("pages " + first + " to " + end + " of " + pages);
    }
    synchronized (memory) {
      memory.requireOpen();
      if (end > known()) {
        int all = Math.toIntExact((pages + CHUNK - 1) / CHUNK);
        int needed = (int) ((end + CHUNK - 1) / CHUNK);
        chunks = Arrays.copyOf(chunks, Math.clamp(2L * chunks.length, needed, all));
      }
      change(first, end, BitmapMemory.ONES);
    }
  }

  /** Clears a range of bits. */
  public void clear(long first, long count) {
    synchronized (memory) {
      memory.requireOpen();
      change(first, Math.min(first + count, known()), BitmapMemory.ZEROS);
    }
  }

  private void change(long first, long end, int all) {
    for (long page = first; page < end; ) {
      int chunk = (int) (page / CHUNK);
      int handle = chunks[chunk];
      if (page % CHUNK == 0 && end - page >= CHUNK) {
        memory.release(handle);
        chunks[chunk] = all;
        page += CHUNK;
      } else {
        long mask = mask(page, end);
        long word = memory.get(handle, wordOf(page));
        long changed = all == BitmapMemory.ONES ? word | mask : word & ~mask;
        if (changed != word) {
          chunks[chunk] = memory.put(handle, wordOf(page), changed);
        }
        page = nextWord(page);
      }
    }
  }

  private static long nextWord(long page) {
    return (page / Long.SIZE + 1) * Long.SIZE;
  }

  /** Returns the bits of a page's word from that page on, up to the end of a range. */
  private static long mask(long page, long end) {
    long count = Math.min(end, nextWord(page)) - page;
    return -1L >>> Long.SIZE - count << page;
  }

  /** Reports whether a bit is set. */
  public boolean get(long page) {
    synchronized (memory) {
      memory.requireOpen();
      return (word(page) >>> page & 1) != 0;
    }
  }

  /** Returns the first set bit of a range, or its end. */
  public long nextSet(long first, long end) {
    return next(first, end, BitmapMemory.ZEROS);
  }

  /** Returns the first clear bit of a range, or its end. */
  public long nextClear(long first, long end) {
    return next(first, end, BitmapMemory.ONES);
  }

  /** Returns the first bit of a range that differs from those of a uniform chunk, or its end. */
  private long next(long first, long end, int uniform) {
    synchronized (memory) {
      memory.requireOpen();
      for (long page = first; page < end; ) {
        if (handle(page) == uniform) {
          page = page < known() ? (page / CHUNK + 1) * CHUNK : end;
          continue;
        }
        long rest = (word(page) ^ -uniform) >>> page;
        if (rest != 0) {
          return Math.min(end, page + Long.numberOfTrailingZeros(rest));
        }
        page = nextWord(page);
      }
      return end;
    }
  }

  /**
   * Returns bytes of the bitmap.
   *
   * @param offset first byte, a multiple of 8
   */
  public ByteBuffer bytes(long offset, int length) {
    ByteBuffer bytes =
        ByteBuffer.allocate((length + Long.BYTES - 1) / Long.BYTES * Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    synchronized (memory) {
      memory.requireOpen();
      while (bytes.hasRemaining()) {
        bytes.putLong(word((offset + bytes.position()) * Byte.SIZE));
      }
    }
    return bytes.flip().limit(length);
  }
}
