package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.ram.PageKind;

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
