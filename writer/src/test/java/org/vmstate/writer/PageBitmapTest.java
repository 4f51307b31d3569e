package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vmstate.writer.ram.PageBitmap;

/** Ranges of bits, those that begin and end with a word as well. */
class PageBitmapTest {
  private final Arena arena = Arena.ofConfined();

  /** Three words and no byte after them. */
  private final PageBitmap bitmap = new PageBitmap(arena, 192);

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

  @Test
  void bitAfterTheRangeIsNotFound() {
    bitmap.set(40, 1);
    assertEquals(30, bitmap.nextSet(0, 30));
    bitmap.set(0, 40);
    assertEquals(30, bitmap.nextClear(0, 30));
  }
}
