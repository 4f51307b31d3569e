package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

class PageStoreTest {
  private static final long MOST = 64L << 20;

  @Test
  void classesHaveRoomForWhatTheyAreAskedFor() {
    for (int longs = 1; longs <= PageStore.LARGEST; longs++) {
      int cellClass = PageStore.classOf(longs);
      assertTrue(2 << cellClass >= longs, "room for " + longs);
      assertTrue(cellClass == 0 || 1 << cellClass < longs, "no smaller one for " + longs);
    }
    assertEquals(PageStore.CLASSES - 1, PageStore.classOf(PageStore.LARGEST));
  }

  @Test
  void cellsKeepTheirContentAndAreUsedAgain() throws IOException {
    try (PageStore store = new PageStore()) {
      long first = store.allocate(0);
      long second = store.allocate(0);
      store.put(first, 1, 7);
      store.put(second, 0, 8);
      assertEquals(7, store.get(first, 1));
      store.release(first, 0);
      assertEquals(first, store.allocate(0));
      assertEquals(8, store.get(second, 0));
    }
  }

  @Test
  void freeCellsAreUsedOneAfterTheOther() throws IOException {
    try (PageStore store = new PageStore()) {
      long first = store.allocate(3);
      long second = store.allocate(3);
      store.release(first, 3);
      store.release(second, 3);
      assertEquals(second, store.allocate(3));
      assertEquals(first, store.allocate(3));
      long third = store.allocate(3);
      assertTrue(third != first && third != second);
    }
  }

  @Test
  void freeCellsAreForTheirClassOnly() throws IOException {
    try (PageStore store = new PageStore()) {
      long small = store.allocate(0);
      store.release(small, 0);
      assertTrue(small != store.allocate(1));
    }
  }

  /** Address 0 ends the list of free cells. */
  @Test
  void noCellHasTheAddress0() throws IOException {
    for (int cellClass = 0; cellClass < PageStore.CLASSES; cellClass++) {
      try (PageStore store = new PageStore()) {
        assertTrue(store.allocate(cellClass) != 0);
      }
    }
  }

  /** In memory and in the temporary file, where 128 Ki longs are a segment. */
  @Test
  void noTwoCellsShareALong() throws IOException {
    try (PageStore store = new PageStore()) {
      List<Long> cells = new ArrayList<>();
      List<Integer> classes = new ArrayList<>();
      for (int i = 0; store.spilled() <= 8 << 20; i++) {
        int cellClass = i % 20 == 0 ? i / 20 % PageStore.CLASSES : PageStore.CLASSES - 1;
        cells.add(store.allocate(cellClass));
        classes.add(cellClass);
      }
      for (int i = 0; i < cells.size(); i++) {
        int longs = 2 << classes.get(i);
        for (int j = 0; j < longs; j++) {
          store.put(cells.get(i), j, (long) i << 32 | j);
        }
      }
      for (int i = 0; i < cells.size(); i++) {
        int longs = 2 << classes.get(i);
        for (int j = 0; j < longs; j++) {
          assertEquals((long) i << 32 | j, store.get(cells.get(i), j));
        }
      }
    }
  }

  @Test
  void longsAreCopiedBetweenCells() throws IOException {
    try (PageStore store = new PageStore()) {
      long from = store.allocate(PageStore.CLASSES - 1);
      for (int i = 0; i < 40; i++) {
        // another segment
        store.allocate(PageStore.CLASSES - 1);
      }
      long to = store.allocate(2);
      for (int i = 0; i < 8; i++) {
        store.put(from, 100 + i, 10 + i);
        store.put(to, i, i);
      }
      store.copy(from, 101, to, 2, 3);
      assertEquals("[0, 1, 11, 12, 13, 5, 6, 7]", longs(store, to, 8));
    }
  }

  @Test
  void longsAreMovedInsideOfACell() throws IOException {
    try (PageStore store = new PageStore()) {
      long cell = store.allocate(2);
      for (int i = 0; i < 8; i++) {
        store.put(cell, i, i);
      }
      store.copy(cell, 1, cell, 3, 4);
      assertEquals("[0, 1, 2, 1, 2, 3, 4, 7]", longs(store, cell, 8));
      store.copy(cell, 3, cell, 0, 5);
      assertEquals("[1, 2, 3, 4, 7, 3, 4, 7]", longs(store, cell, 8));
    }
  }

  private static String longs(PageStore store, long cell, int count) {
    List<Long> longs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      longs.add(store.get(cell, i));
    }
    return longs.toString();
  }

  /** Copies nothing to the place after a cell that is the last of all. */
  @Test
  void nothingIsCopiedAnywhere() throws IOException {
    try (PageStore store = new PageStore()) {
      long last = 0;
      for (int i = 0; i < 31; i++) {
        last = store.allocate(PageStore.CLASSES - 1);
      }
      store.copy(last, PageStore.LARGEST, last, PageStore.LARGEST, 0);
      assertEquals(0, store.spilled());
    }
  }

  @Test
  void first16MibAreInMemoryAndThen8AreTakenAtATime() throws IOException {
    try (PageStore store = new PageStore()) {
      // one is left free at the beginning
      for (int i = 1; i < 16 * 32; i++) {
        store.allocate(PageStore.CLASSES - 1);
      }
      assertEquals(0, store.spilled());
      for (int i = 0; i < 8 * 32; i++) {
        store.allocate(PageStore.CLASSES - 1);
        assertEquals(8 << 20, store.spilled());
      }
      store.allocate(PageStore.CLASSES - 1);
      assertEquals(16 << 20, store.spilled());
    }
  }

  /** Takes all space that there is and returns the error and how much it was. */
  private static String most(PageStore store) {
    LimitExceededException e =
        assertThrows(
            LimitExceededException.class,
            () -> {
              for (int i = 0; i < 1 << 20; i++) {
                store.allocate(PageStore.CLASSES - 1);
              }
            });
    assertEquals(
        "pages: expected at most 64 MiB and the image's size for their places, found them too"
            + " scattered",
        e.words());
    return (store.spilled() >> 20) + " " + e.path();
  }

  @Test
  void imageAllowsAsMuchAsItsSize() throws IOException {
    for (int size : new int[] {(8 << 20) - 1, 8 << 20}) {
      try (PageStore store = new PageStore()) {
        store.setSource(new SourceBytes.Bytes(new byte[size]));
        assertEquals(size < 8 << 20 ? "64 " : "72 ", most(store));
      }
    }
  }

  private static PageRun run(long count, long offset, long stride) {
    RamBlock block = new RamBlock(0, "r", 1L << 40, 4096, 0, -1, Optional.empty());
    return new PageRun(block, 0, count, PageKind.DATA, 0, offset, stride);
  }

  /** What is read of a pipe counts, whose size is not known. */
  @Test
  void whatWasReadAllowsAsMuch() throws IOException {
    try (PageStore store = new PageStore()) {
      store.sent(run(3, (8 << 20) - 3 * 4096, 4096));
      store.sent(run(1, 0, 0));
      assertEquals("72 ", most(store));
    }
    try (PageStore store = new PageStore()) {
      store.sent(run(3, (8 << 20) - 3 * 4096 - 1, 4096));
      assertEquals("64 ", most(store));
    }
  }

  /** A zero page has no place of its own, but is a record of nine bytes. */
  @Test
  void zeroPagesAreCountedAsTheyCome() throws IOException {
    long half = (4 << 20) / 9 + 1;
    try (PageStore store = new PageStore()) {
      store.sent(run(half, 0, 0));
      store.sent(run(half, 0, 0));
      assertEquals("72 ", most(store));
    }
    try (PageStore store = new PageStore()) {
      store.sent(run(half, 0, 0));
      store.sent(run(half - 2, 0, 0));
      assertEquals("64 ", most(store));
    }
  }

  @Test
  void longerOfImageAndWhatWasReadCounts() throws IOException {
    try (PageStore store = new PageStore()) {
      store.setSource(new SourceBytes.Bytes(new byte[10]));
      store.sent(run(1, 8 << 20, 4096));
      assertEquals("72 ", most(store));
    }
  }

  @Test
  void temporarySpaceIsRefusedBeforeItIsTaken() throws IOException {
    try (PageStore store = new PageStore()) {
      assertThrows(
          LimitExceededException.class,
          () -> {
            for (int i = 0; i < 1 << 20; i++) {
              store.allocate(PageStore.CLASSES - 1);
            }
          });
      assertEquals(MOST, store.spilled());
    }
  }

  /** One record of nine bytes for each 4096 pages is the least that touches them all. */
  @Tag("slow")
  @Test
  void aTouchOfEveryFourThousandPagesTakesSixteenBytes() throws IOException {
    long pages = 1L << 33;
    try (PageStore store = new PageStore()) {
      PageTable table = new PageTable(pages, 4096, store);
      for (long page = 0; page < pages; page += 4096) {
        table.set(page, 1, PageIndex.entry(PageKind.FILL, page / 4096 % 200 + 1), 0);
      }
      assertTrue(store.spilled() <= 24 << 20, "spilled " + store.spilled());
      Extent extent = new Extent();
      table.find(pages - 4096, extent);
      assertEquals(PageIndex.entry(PageKind.FILL, (pages / 4096 - 1) % 200 + 1), extent.entry);
      table.find(pages - 4095, extent);
      assertEquals(PageIndex.NEVER_SENT, extent.entry);
      assertEquals(pages, extent.end);
    }
  }
}
