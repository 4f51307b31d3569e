package org.vmstate.writer.ram;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmstate.formats.ram.FixedFormat;

/**
 * A bit for each page, bit i in bit i%8 of byte i/8, outside of the Java heap. Safe for use by
 * several threads.
 */
public final class PageBitmap {
  private final ByteBuffer words;

  /** Makes an empty bitmap, which lives as long as the arena. */
  public PageBitmap(Arena arena, long pages) {
    long bytes = Math.max(Long.BYTES, FixedFormat.bitmapLength(pages));
    words = arena.allocate(bytes, Long.BYTES).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int place(long page) {
    return (int) (page / Long.SIZE * Long.BYTES);
  }

  /** Sets a range of bits. */
  public synchronized void set(long first, long count) {
    for (long page = first; page < first + count; page = nextWord(page)) {
      words.putLong(place(page), words.getLong(place(page)) | mask(page, first + count));
    }
  }

  /** Clears a range of bits. */
  public synchronized void clear(long first, long count) {
    for (long page = first; page < first + count; page = nextWord(page)) {
      words.putLong(place(page), words.getLong(place(page)) & ~mask(page, first + count));
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
  public synchronized boolean get(long page) {
    return (words.getLong(place(page)) >>> page & 1) != 0;
  }

  /** Returns the first set bit of a range, or its end. */
  public synchronized long nextSet(long first, long end) {
    for (long page = first; page < end; page = nextWord(page)) {
      long rest = words.getLong(place(page)) >>> page;
      if (rest != 0) {
        return Math.min(end, page + Long.numberOfTrailingZeros(rest));
      }
    }
    return end;
  }

  /** Returns the first clear bit of a range, or its end. */
  public synchronized long nextClear(long first, long end) {
    for (long page = first; page < end; page = nextWord(page)) {
      long rest = ~words.getLong(place(page)) >>> page;
      if (rest != 0) {
        return Math.min(end, page + Long.numberOfTrailingZeros(rest));
      }
    }
    return end;
  }

  /** Returns the bitmap's bytes. */
  public ByteBuffer slice(long offset, int length) {
    return words.slice((int) offset, length);
  }
}
