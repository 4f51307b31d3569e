package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

/** The final content of blocks whose pages have fixed places, by their bitmap. */
class RamContentsFixedTest extends RamContentsFixture {
  /** A block whose bitmap stands after 16 bytes of the image; the pages are not looked at. */
  private RamContentsFixture mapped(long pages, BitmapOrder order, long... words)
      throws IOException {
    int at = image.size();
    for (long word : words) {
      image.be64(Long.reverseBytes(order.normalize(word)));
    }
    MappedBlock place = new MappedBlock(1, PAGE, 0, at, words.length * 8L, 1 << 20, order);
    block = block(0, pages * PAGE, -1, place);
    contents.blocks(List.of(block));
    return this;
  }

  @Test
  void bitOfAFixedLayoutSaysDataOrZero() throws IOException {
    for (BitmapOrder order : BitmapOrder.values()) {
      mapped(150, order, 1L << 63, -1, 0b101);
      assertEquals(
          "0+63 fill 0, 63+66 data 1113088/1024, 129+1 fill 0, 130+1 data "
              + ((1 << 20) + 130 * PAGE)
              + "/1024, 131+19 fill 0",
          runs());
    }
  }

  /** What the bitmap says after the last page does not count. */
  @Test
  void pagesOfAFixedLayoutEndWithTheBlock() throws IOException {
    mapped(70, BitmapOrder.LITTLE, -1, -1);
    assertEquals("0+70 data 1048576/1024", runs());
    PageCursor cursor = contents.cursor(block);
    cursor.moveTo(69);
    assertEquals(70, cursor.end());
  }

  /** 65536 pages are looked up at a time. */
  @Test
  void bitmapIsLookedUpWhereItStands() throws IOException {
    long[] words = new long[3000];
    Arrays.fill(words, 1000, 1100, -1);
    words[2047] = 1L << 63;
    words[2999] = 0b10;
    mapped(3000 * 64, BitmapOrder.LITTLE, words);
    int base = 1 << 20;
    assertEquals(
        "0+64000 fill 0, 64000+6400 data "
            + (base + 64000 * PAGE)
            + "/1024, 70400+60671 fill 0, 131071+1 data "
            + (base + 131071L * PAGE)
            + "/1024, 131072+60865 fill 0, 191937+1 data "
            + (base + 191937L * PAGE)
            + "/1024, 191938+62 fill 0",
        runs());
    PageCursor cursor = contents.cursor(block);
    for (long page : new long[] {191937, 64000, 131071, 70399, 0, 65535, 65536}) {
      cursor.moveTo(page);
      boolean data = words[(int) (page / 64)] >>> page % 64 << 63 != 0;
      assertEquals(data ? PageState.DATA : PageState.FILL, cursor.state(), "page " + page);
      assertEquals(!data, cursor.isZero());
    }
  }

  @Test
  void bitmapMayEndWithHalfAWord() throws IOException {
    int at = image.size();
    image.be64(0).be32(0x02000000L);
    MappedBlock place = new MappedBlock(1, PAGE, 0, at, 12, 1 << 20, BitmapOrder.LITTLE);
    block = block(0, 80 * PAGE, -1, place);
    contents.blocks(List.of(block));
    assertEquals(
        "0+65 fill 0, 65+1 data " + ((1 << 20) + 65 * PAGE) + "/1024, 66+14 fill 0", runs());
  }

  @Test
  void runsOfAFixedLayoutAreNotKept() throws IOException {
    mapped(4, BitmapOrder.LITTLE, 0);
    contents.add(new PageRun(block, 0, 4, PageKind.DATA, 0, 16, PAGE));
    assertEquals("0+4 fill 0", runs());
  }

  @Test
  void blockOfAFixedLayoutWithoutPagesWasLeftOut() throws IOException {
    MappedBlock place = new MappedBlock(1, PAGE, 0, 0, 0, 0, BitmapOrder.LITTLE);
    block = block(0, 80 * PAGE, -1, place);
    contents.blocks(List.of(block));
    assertEquals("0+80 left out", runs());
  }

  @Test
  void anotherSourceHasAnotherBitmap() throws IOException {
    mapped(64, BitmapOrder.LITTLE, 0);
    assertEquals("0+64 fill 0", runs());
    byte[] bytes = image.toBytes();
    bytes[bytes.length - 8] = 1;
    contents.setSource(new HeapSource(bytes, 0, new StructurePath()));
    PageCursor cursor = contents.cursor(block);
    cursor.moveTo(0);
    assertEquals(PageState.DATA, cursor.state());
  }
}
