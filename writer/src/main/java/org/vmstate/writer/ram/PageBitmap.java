package org.vmstate.writer.ram;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmstate.formats.ram.FixedFormat;

/**
 * A bit for each page, bit i in bit i%8 of byte i/8, outside of the Java heap. Several threads may
 * change different bits at once.
 */
public final class PageBitmap {
  private static final VarHandle WORDS =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final MemorySegment words;

  /** Makes an empty bitmap, which lives as long as the arena. */
  public PageBitmap(Arena arena, long pages) {
    words = arena.allocate(Math.max(8, FixedFormat.bitmapLength(pages)), Long.BYTES);
  }

  /** Sets a range of bits. */
  public void set(long first, long count) {
    forEachWord(first, count, (at, mask) -> WORDS.getAndBitwiseOr(words, at, mask));
  }

  /** Clears a range of bits. */
  public void clear(long first, long count) {
    forEachWord(first, count, (at, mask) -> WORDS.getAndBitwiseAnd(words, at, ~mask));
  }

  /** Tells whether a bit is set. */
  public boolean get(long page) {
    return ((long) WORDS.getVolatile(words, page / Long.SIZE * Long.BYTES) >>> page & 1) != 0;
  }

  /** Returns the first set bit of a range, or its end. */
  public long nextSet(long first, long end) {
    long page = first;
    while (page < end) {
      long rest = (long) WORDS.getVolatile(words, page / Long.SIZE * Long.BYTES) >>> page;
      if (rest != 0) {
        return Math.min(end, page + Long.numberOfTrailingZeros(rest));
      }
      page = (page / Long.SIZE + 1) * Long.SIZE;
    }
    return end;
  }

  /** Returns the bitmap's bytes. */
  public ByteBuffer slice(long offset, int length) {
    return words.asSlice(offset, length).asByteBuffer();
  }

  private interface WordAction {
    void accept(long byteOffset, long mask);
  }

  private static void forEachWord(long first, long count, WordAction action) {
    long page = first;
    long end = first + count;
    while (page < end) {
      long next = Math.min(end, (page / Long.SIZE + 1) * Long.SIZE);
      long mask = -1L >>> Long.SIZE - (next - page) << page;
      action.accept(page / Long.SIZE * Long.BYTES, mask);
      page = next;
    }
  }
}
