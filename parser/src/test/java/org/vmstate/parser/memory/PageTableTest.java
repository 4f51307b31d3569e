package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.ram.PageKind;

/** Which pages are told together, and that the last one wins wherever it falls. */
class PageTableTest {
  private static final int PAGE = 4096;

  /** Record of a page: its word and its data. */
  private static final int RECORD = PAGE + 8;

  private static final long PAGES = 3 * 4096 + 100;

  private final PageStore store = new PageStore();
  private final PageTable table = new PageTable(PAGES, PAGE, store);

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private PageTableTest data(long page, long count, long offset, long step) throws IOException {
    table.set(page, count, PageIndex.entry(PageKind.DATA, offset), step);
    return this;
  }

  private PageTableTest data(long page, long count, long offset) throws IOException {
    return data(page, count, offset, RECORD);
  }

  private PageTableTest fill(long page, long count, int value) throws IOException {
    table.set(page, count, PageIndex.entry(PageKind.FILL, value), 0);
    return this;
  }

  private PageTableTest zero(long page, long count) throws IOException {
    table.set(page, count, PageIndex.entry(PageKind.ZERO, 0), 0);
    return this;
  }

  /** What is told of the pages from one to another, each time of all that are alike. */
  private String told(long from, long to) {
    StringBuilder text = new StringBuilder();
    Extent extent = new Extent();
    for (long page = from; page < to; page = extent.end) {
      table.find(page, extent);
      text.append(text.isEmpty() ? "" : ", ").append(page).append('-').append(extent.end);
      if (PageIndex.isSent(extent.entry)) {
        text.append(' ').append(PageIndex.kind(extent.entry).label());
        text.append(' ').append(PageIndex.value(extent.entry));
        text.append(extent.step == 0 ? "" : "/" + extent.step);
      } else {
        text.append(" never");
      }
    }
    return text.toString();
  }

  @Test
  void pageThatDidNotComeWasNeverSent() throws IOException {
    assertTrue(table.isEmpty());
    assertEquals("0-" + PAGES + " never", told(0, PAGES));
    zero(5000, 1);
    assertFalse(table.isEmpty());
    assertEquals("0-4096 never, 4096-5000 never, 5000-5001 zero 0", told(0, 5001));
    assertEquals("5001-" + PAGES + " never", told(5001, PAGES));
    assertEquals("5002-" + PAGES + " never", told(5002, PAGES));
  }

  @Test
  void pagesThatFollowOneAnotherAreToldTogether() throws IOException {
    zero(1, 2).zero(3, 1).fill(4, 2, 7).fill(6, 1, 7);
    assertEquals("0-1 never, 1-4 zero 0, 4-7 fill 7", told(0, 7));
    data(10, 3, 1000).data(13, 1, 1000 + 3 * RECORD).data(14, 2, 1000 + 4 * RECORD);
    assertEquals("10-16 data 1000/4104", told(10, 16));
  }

  @Test
  void pagesAreToldFromAnyOfThem() throws IOException {
    data(10, 5, 1000);
    assertEquals("12-15 data " + (1000 + 2 * RECORD) + "/4104", told(12, 15));
    assertEquals("14-15 data " + (1000 + 4 * RECORD) + "/4104", told(14, 15));
  }

  @Test
  void pagesThatComeBackwardsAreToldTogether() throws IOException {
    zero(3, 1).zero(2, 1).zero(1, 1);
    assertEquals("0-1 never, 1-4 zero 0", told(0, 4));
    data(21, 2, 5000 + RECORD).data(20, 1, 5000);
    assertEquals("20-23 data 5000/4104", told(20, 23));
  }

  @Test
  void otherBytesOrKindsAreToldApart() throws IOException {
    fill(0, 1, 7).fill(1, 1, 8).zero(2, 1).data(3, 1, 500);
    assertEquals("0-1 fill 7, 1-2 fill 8, 2-3 zero 0, 3-4 data 500", told(0, 4));
  }

  /** Two single pages fix the distance of their data, if it may be that of two records. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, PAGE, RECORD, 2 * PAGE - 1})
  void distanceBelowTwoPagesJoinsTwoPages(int distance) throws IOException {
    data(5, 1, 9000, 0).data(6, 1, 9000 + distance, 0);
    assertEquals("5-7 data 9000" + (distance == 0 ? "" : "/" + distance), told(5, 7));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, -RECORD, 2 * PAGE, 3 * PAGE})
  void otherDistancesDoNot(int distance) throws IOException {
    data(5, 1, 90000, 0).data(6, 1, 90000 + distance, 0);
    assertEquals("5-6 data 90000, 6-7 data " + (90000 + distance), told(5, 7));
  }

  @Test
  void distanceOnceFixedHolds() throws IOException {
    data(5, 2, 1000).data(7, 1, 1000 + 2 * RECORD + 1);
    assertEquals("5-7 data 1000/4104, 7-8 data " + (1001 + 2 * RECORD), told(5, 8));
    data(20, 1, 1000).data(21, 2, 1000 + RECORD, PAGE);
    assertEquals("20-21 data 1000, 21-23 data 5104/4096", told(20, 23));
  }

  @Test
  void laterPageSplitsWhatItFallsInto() throws IOException {
    data(10, 10, 0).zero(13, 2);
    assertEquals(
        "10-13 data 0/4104, 13-15 zero 0, 15-20 data " + 5 * RECORD + "/4104", told(10, 20));
  }

  @Test
  void laterPagesCutTheStartOrTheEnd() throws IOException {
    data(10, 10, 0).zero(10, 1).zero(19, 1);
    assertEquals("10-11 zero 0, 11-19 data 4104/4104, 19-20 zero 0", told(10, 20));
    zero(8, 4);
    assertEquals("8-12 zero 0, 12-19 data 8208/4104, 19-20 zero 0", told(8, 20));
    zero(18, 4);
    assertEquals("8-12 zero 0, 12-18 data 8208/4104, 18-22 zero 0", told(8, 22));
  }

  @Test
  void laterPagesReplaceWhatTheyCover() throws IOException {
    fill(10, 1, 1).fill(12, 1, 2).fill(14, 2, 3).zero(9, 6);
    assertEquals("8-9 never, 9-15 zero 0, 15-16 fill 3, 16-" + PAGES + " never", told(8, PAGES));
    zero(15, 1);
    assertEquals("9-16 zero 0", told(9, 16));
    data(9, 7, 0);
    assertEquals("8-9 never, 9-16 data 0/4104", told(8, 16));
  }

  @Test
  void pageBetweenTwoJoinsThem() throws IOException {
    data(10, 2, 0).data(13, 2, 3 * RECORD).data(12, 1, 2 * RECORD);
    assertEquals("10-15 data 0/4104", told(10, 15));
  }

  @Test
  void sameAgainChangesNothing() throws IOException {
    data(10, 5, 0).data(12, 1, 2 * RECORD).data(10, 5, 0);
    assertEquals("9-10 never, 10-15 data 0/4104", told(9, 15));
  }

  @Test
  void rangesMayBeLongerThan4096Pages() throws IOException {
    data(4000, 8000, 0);
    assertEquals(
        "3999-4000 never, 4000-4096 data 0/4104, 4096-8192 data "
            + 96 * RECORD
            + "/4104, 8192-12000 data "
            + (96L + 4096) * RECORD
            + "/4104, 12000-"
            + PAGES
            + " never",
        told(3999, PAGES));
  }

  @Test
  void allPagesMayCome() throws IOException {
    zero(0, PAGES);
    assertEquals("12288-12388 zero 0", told(12288, PAGES));
    fill(PAGES - 1, 1, 5);
    assertEquals("12288-12387 zero 0, 12387-12388 fill 5", told(12288, PAGES));
  }

  private void scatter(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      fill(4096 + 2 * i, 1, i % 255 + 1);
    }
  }

  private void scattered(int count) {
    Extent extent = new Extent();
    for (int i = 0; i < count; i++) {
      table.find(4096 + 2 * i, extent);
      assertEquals(PageIndex.entry(PageKind.FILL, i % 255 + 1), extent.entry);
      assertEquals(4096 + 2 * i + 1, extent.end);
      table.find(4096 + 2 * i + 1, extent);
      assertEquals(PageIndex.NEVER_SENT, extent.entry);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100, 1023, 1024, 1025, 2048})
  void scatteredPagesAreKeptHoweverManyTheyAre(int count) throws IOException {
    scatter(count);
    scattered(count);
    assertEquals("0-4096 never", told(0, 4096));
    assertEquals("8192-" + PAGES + " never", told(8192, PAGES));
  }

  /** A list has room for 1024 extents; then each page has an entry, told alone. */
  @Test
  void pagesAreToldAloneWhereTooManyAreScattered() throws IOException {
    scatter(1024);
    assertEquals("6143-" + PAGES + " never", told(6143, PAGES));
    data(7000, 3, 0);
    assertEquals(
        "6999-7000 never, 7000-7001 data 0, 7001-7002 data 4104, 7002-7003 data 8208, "
            + "7003-7004 never",
        told(6999, 7004));
    scattered(1024);
  }

  @Test
  void laterPagesWinAlsoWhereTooManyAreScattered() throws IOException {
    scatter(1025);
    data(4096, 3, 0).zero(4097, 1);
    assertEquals("4096-4097 data 0, 4097-4098 zero 0, 4098-4099 data 8208", told(4096, 4099));
  }

  /** The rest of an extent that is split must go where the others are. */
  @Test
  void extentMayBeSplitByTheOneThatIsTooMuch() throws IOException {
    scatter(1023);
    data(7000, 5, 0).zero(7002, 1);
    assertEquals(
        "7000-7001 data 0, 7001-7002 data 4104, 7002-7003 zero 0, 7003-7004 data 12312, "
            + "7004-7005 data 16416",
        told(7000, 7005));
    scattered(1023);
  }

  @Test
  void extentsAreJoinedAgainUntilFewAreLeft() throws IOException {
    scatter(1000);
    zero(4096, 1999);
    assertEquals("4096-6095 zero 0, 6095-" + PAGES + " never", told(4096, PAGES));
  }
}
