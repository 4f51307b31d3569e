package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

/** The final content of blocks by run, and what state each page is in. */
class RamContentsRunsTest extends RamContentsFixture {
  @Test
  void runsAreOfPagesThatAreAlike() throws IOException {
    of(20).zero(1, 2).zero(3, 1).fill(4, 1, 7).fill(5, 2, 7).fill(7, 1, 8).data(8, 3, 900, STRIDE);
    assertEquals(
        "0+1 never, 1+3 fill 0, 4+3 fill 7, 7+1 fill 8, 8+3 data 900/1032, 11+9 never", runs());
  }

  /** Bytes that count up from page to page are no run, unlike places that do. */
  @Test
  void runOfEqualBytesHasOneByte() throws IOException {
    of(4).fill(0, 1, 7).fill(1, 1, 8).fill(2, 1, 9);
    assertEquals("0+1 fill 7, 1+1 fill 8, 2+1 fill 9, 3+1 never", runs());
    PageCursor cursor = contents.cursor(block);
    cursor.moveTo(0);
    assertEquals(1, cursor.end());
  }

  @Test
  void runsGoOnWhereDataDoes() throws IOException {
    of(8300).data(4090, 10, 900, STRIDE).zero(4100, 4092).fill(8192, 4, 3).fill(8196, 4, 3);
    assertEquals(
        "0+4090 never, 4090+10 data 900/1032, 4100+4092 fill 0, 8192+8 fill 3, 8200+100 never",
        runs());
  }

  /** Where 4096 pages begin, what goes on is joined again, whatever it is. */
  @Test
  void runsReachOverEvery4096thPage() throws IOException {
    of(9000).zero(4000, 200).fill(4200, 4096, 5);
    assertEquals("0+4000 never, 4000+200 fill 0, 4200+4096 fill 5, 8296+704 never", runs());
    of(9000).fill(4095, 1, 5).fill(4096, 1, 6);
    assertEquals("0+4095 never, 4095+1 fill 5, 4096+1 fill 6, 4097+4903 never", runs());
    of(9000).data(4095, 1, 900, 0).data(4096, 3, 900 + STRIDE, STRIDE);
    assertEquals("0+4095 never, 4095+4 data 900/1032, 4099+4901 never", runs());
    of(9000).data(4094, 2, 900, STRIDE).data(4096, 1, 900 + 2 * STRIDE, 0);
    assertEquals("0+4094 never, 4094+3 data 900/1032, 4097+4903 never", runs());
  }

  @Test
  void runsOfDataEndWhereTheDistanceChanges() throws IOException {
    of(9000).data(4094, 2, 900, STRIDE).data(4096, 2, 900 + 2 * STRIDE, STRIDE + 1);
    assertEquals(
        "0+4094 never, 4094+2 data 900/1032, 4096+2 data 2964/1033, 4098+4902 never", runs());
    of(9000).data(4094, 2, 900, STRIDE).data(4096, 1, 901 + 2 * STRIDE, 0);
    assertEquals("0+4094 never, 4094+2 data 900/1032, 4096+1 data 2965, 4097+4903 never", runs());
    // pages neither lie over one another nor far apart
    for (int distance : new int[] {0, PAGE - 1, 2 * PAGE, -STRIDE}) {
      of(9000).data(4095, 1, 9000, 0).data(4096, 1, 9000 + distance, 0);
      assertEquals(
          "0+4095 never, 4095+1 data 9000, 4096+1 data " + (9000 + distance) + ", 4097+4903 never",
          runs());
    }
    for (int distance : new int[] {PAGE, 2 * PAGE - 1}) {
      of(9000).data(4095, 1, 9000, 0).data(4096, 1, 9000 + distance, 0);
      assertEquals("0+4095 never, 4095+2 data 9000/" + distance + ", 4097+4903 never", runs());
    }
  }

  @Test
  void runsOfEncodedPagesAreOfOneWhereTheyStandInTheImage() throws IOException {
    of(5).compressed(1, 3).compressed(2, 3).zero(3, 1).delta(3, 9, 9).zero(4, 1).delta(4, 9, 9);
    int first = 16 + 4;
    String[] runs = runs().split(", ");
    assertEquals("0+1 never", runs[0]);
    assertTrue(runs[1].startsWith("1+1 zlib " + first), runs[1]);
    assertTrue(runs[2].startsWith("2+1 zlib "), runs[2]);
    // the bytes of pages that deltas changed stand nowhere
    assertEquals("3+2 xbzrle -1", runs[3]);
    assertEquals(4, runs.length);
  }

  @Test
  void cursorTellsStateAndEnd() throws IOException {
    of(20).zero(2, 3).fill(5, 2, 9).data(7, 4, 0, STRIDE).zero(11, 1).delta(11, 1, 1);
    compressed(12, 1);
    done();
    PageCursor cursor = contents.cursor(block);
    String[] expected = {
      "0 NEVER_SENT -2",
      "2 FILL zero -5",
      "4 FILL zero -5",
      "5 FILL -7",
      "8 DATA -11",
      "11 DATA -12",
      "12 DATA -13",
      "13 NEVER_SENT -20"
    };
    for (String line : expected) {
      long page = Long.parseLong(line.substring(0, line.indexOf(' ')));
      cursor.moveTo(page);
      assertEquals(
          line,
          page + " " + cursor.state() + (cursor.isZero() ? " zero" : "") + " -" + cursor.end());
    }
  }

  @Test
  void absentPagesAreNeverSentOrLeftOut() {
    assertTrue(PageState.NEVER_SENT.isAbsent());
    assertTrue(PageState.LEFT_OUT.isAbsent());
    assertFalse(PageState.FILL.isAbsent());
    assertFalse(PageState.DATA.isAbsent());
    assertEquals("left out", PageState.LEFT_OUT.label());
  }

  /** Only x-ignore-shared puts an address into the list; a block of which pages come is not one. */
  @Test
  void blockWithAnAddressAndWithoutPagesWasLeftOut() throws IOException {
    block = block(0, 3 * PAGE, 0, null);
    contents.blocks(List.of(block));
    assertEquals("0+3 left out", runs());
    assertEquals(new Page.LeftOut(), contents.page(block, 2));
    PageCursor cursor = contents.cursor(block);
    cursor.moveTo(1);
    assertEquals(PageState.LEFT_OUT, cursor.state());
    assertFalse(cursor.isZero());
    assertEquals(3, cursor.end());
    assertEquals("absent 3072", read(0, 3));
    zero(1, 1);
    assertEquals("0+1 never, 1+1 fill 0, 2+1 never", runs());
  }

  @Test
  void blocksHaveTheirOwnPages() throws IOException {
    RamBlock first = block(0, 2 * PAGE, -1, null);
    RamBlock second = block(1, 2 * PAGE, -1, null);
    contents.blocks(List.of(first, second));
    contents.add(new PageRun(second, 0, 1, PageKind.FILL, 3, 0, 0));
    block = first;
    assertEquals("0+2 never", runs());
    block = second;
    assertEquals("0+1 fill 3, 1+1 never", runs());
    contents.blocks(List.of(second.plain()));
    assertEquals(1, contents.blocks().size());
  }

  @Test
  void blocksOf2To33PagesArePossibleAndNoMore() throws IOException {
    long most = (1L << 33) * PAGE;
    RamContents.requirePossible(List.of(block(0, most, -1, null)));
    RamContents.requirePossible(List.of(block(0, most - PAGE, -1, null), block(1, PAGE, -1, null)));
    for (List<RamBlock> list :
        List.of(
            List.of(block(0, most + 1, -1, null)),
            List.of(block(0, most, -1, null), block(1, 1, -1, null)))) {
      LimitExceededException e =
          assertThrows(LimitExceededException.class, () -> contents.blocks(list));
      assertEquals("content of memory: more than 8589934592 pages", e.words());
      assertEquals(list.getLast().name(), e.path());
    }
  }
}
