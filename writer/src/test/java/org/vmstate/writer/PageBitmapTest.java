package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vmstate.writer.ram.BitmapMemory;
import org.vmstate.writer.ram.PageBitmap;

/** Ranges of bits, those that begin and end with a word as well. */
class PageBitmapTest {
  private final Arena arena = Arena.ofConfined();

  private final BitmapMemory memory = new BitmapMemory(arena);

  /** Three words and no byte after them. */
  private final PageBitmap bitmap = new PageBitmap(memory, 192);

  @AfterEach
  void close() {
    arena.close();
  }

  private BitSet bits() {
    BitSet bits = new BitSet();
    for (int page = 0; page < 192; page++) {
      bits.set(page, bitmap.get(page));
    }
    return bits;
  }

  private static BitSet range(int first, int end) {
    BitSet bits = new BitSet();
    bits.set(first, end);
    return bits;
  }

  @Test
  void rangeThatEndsWithAWordSetsNothingAfterIt() {
    bitmap.set(60, 68);
    assertEquals(range(60, 128), bits());
  }

  @Test
  void rangeMayEndWithTheBitmap() {
    bitmap.set(0, 192);
    bitmap.clear(100, 92);
    assertEquals(range(0, 100), bits());
  }

  @Test
  void rangeThatEndsWithAWordClearsNothingAfterIt() {
    bitmap.set(0, 192);
    bitmap.clear(0, 128);
    assertEquals(range(128, 192), bits());
  }

  @Test
  void emptyRangeChangesNothing() {
    bitmap.set(64, 0);
    assertEquals(range(0, 0), bits());
    bitmap.set(0, 192);
    bitmap.clear(64, 0);
    assertEquals(range(0, 192), bits());
  }

  @Test
  void nextBitIsTheFirstOfTheRange() {
    bitmap.set(70, 60);
    assertEquals(70, bitmap.nextSet(0, 192));
    assertEquals(75, bitmap.nextSet(75, 192));
    assertEquals(0, bitmap.nextClear(0, 192));
    assertEquals(130, bitmap.nextClear(70, 192));
    assertEquals(150, bitmap.nextClear(150, 192));
  }

  @Test
  void whereThereIsNoBitTheRangeEnds() {
    assertEquals(192, bitmap.nextSet(0, 192));
    assertEquals(64, bitmap.nextSet(3, 64));
    assertEquals(192, bitmap.nextSet(192, 192));
    bitmap.set(0, 192);
    assertEquals(192, bitmap.nextClear(0, 192));
    assertEquals(64, bitmap.nextClear(3, 64));
    assertEquals(192, bitmap.nextClear(192, 192));
  }

  /** 32 TiB of which nothing is known, then a page in each 128 MiB of them. */
  @Test
  void memoryFollowsTheBitsAndNotThePages() {
    long pages = 1L << 33;
    PageBitmap huge = new PageBitmap(memory, pages);
    assertEquals(pages, huge.nextSet(0, pages));
    assertEquals(0, huge.nextClear(0, pages));
    assertEquals(0, memory.bytes());
    for (long page = 77; page < pages; page += 1 << 15) {
      huge.set(page, 1);
    }
    long found = 0;
    for (long page = huge.nextSet(0, pages); page < pages; page = huge.nextSet(page + 1, pages)) {
      assertEquals(77 + (found << 15), page);
      found++;
    }
    assertEquals(1 << 18, found);
    assertTrue(memory.bytes() <= 5 << 20, "bytes " + memory.bytes());
  }

  @Test
  void whatIsSetInOrderTakesNoMemory() {
    long pages = 1L << 24;
    PageBitmap whole = new PageBitmap(memory, pages);
    whole.set(0, pages / 2);
    assertEquals(0, memory.bytes());
    for (long page = pages / 2; page < pages; page += 8) {
      whole.set(page, 8);
    }
    assertEquals(pages, whole.nextClear(0, pages));
    assertTrue(memory.bytes() <= 64 << 10, "bytes " + memory.bytes());
  }

  @Test
  void pageAfterTheLastIsRefused() {
    assertThrows(IndexOutOfBoundsException.class, () -> bitmap.set(190, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> bitmap.set(-1, 1));
    bitmap.clear(190, 300);
  }

  /** Every form of a chunk, in any order, against bits that are simply kept. */
  @Test
  void anyChangesAreThoseOfASimpleBitmap() {
    int pages = 3 * 4096 + 100;
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      PageBitmap one = new PageBitmap(memory, pages);
      BitSet expected = new BitSet();
      int most = seed % 4 == 0 ? 9000 : seed % 4 == 1 ? 200 : 2;
      for (int step = 0; step < 400; step++) {
        int first = random.nextInt(pages);
        int count = random.nextInt(Math.min(most, pages - first) + 1);
        boolean set = random.nextInt(4) > 0;
        expected.set(first, first + count, set);
        if (set) {
          one.set(first, count);
        } else {
          one.clear(first, count);
        }
        int from = random.nextInt(pages);
        int next = expected.nextSetBit(from);
        assertEquals(next < 0 ? pages : next, one.nextSet(from, pages));
        assertEquals(Math.min(pages, expected.nextClearBit(from)), one.nextClear(from, pages));
        assertEquals(expected.get(from), one.get(from));
      }
      byte[] bytes = new byte[pages / 8 + 1];
      one.bytes(0, bytes.length).get(bytes);
      assertEquals(expected, BitSet.valueOf(bytes));
    }
  }

  @Test
  void bitAfterTheRangeIsNotFound() {
    bitmap.set(40, 1);
    assertEquals(30, bitmap.nextSet(0, 30));
    bitmap.set(0, 40);
    assertEquals(30, bitmap.nextClear(0, 30));
  }
}
