package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** The final content of blocks, told by page, by run and by reading. Pages of 1 KiB. */
class RamContentsTest {
  private static final int PAGE = 1024;
  private static final int STRIDE = PAGE + 8;

  private final ImageBytes image = new ImageBytes().fill(0x99, 16);
  private final RamContents contents = new RamContents();
  private RamBlock block;

  private static RamBlock block(int index, long length, long address, MappedBlock mapped) {
    return new RamBlock(index, "b" + index, length, PAGE, 0, address, Optional.ofNullable(mapped));
  }

  private RamContentsTest of(int pages) throws IOException {
    block = block(0, (long) pages * PAGE, -1, null);
    contents.blocks(List.of(block));
    return this;
  }

  private RamContentsTest add(
      PageKind kind, long page, long count, int value, long offset, long step) throws IOException {
    contents.add(new PageRun(block, page, count, kind, value, offset, step));
    return this;
  }

  private RamContentsTest zero(long page, long count) throws IOException {
    return add(PageKind.ZERO, page, count, 0, 0, 0);
  }

  private RamContentsTest fill(long page, long count, int value) throws IOException {
    return add(PageKind.FILL, page, count, value, 0, 0);
  }

  /** Pages of data at an offset that is not looked at. */
  private RamContentsTest data(long page, long count, long offset, long step) throws IOException {
    return add(PageKind.DATA, page, count, 0, offset, step);
  }

  /** One page of data, all of one byte, that stands in the image. */
  private RamContentsTest page(long page, int value) throws IOException {
    long at = image.size();
    image.fill(value, PAGE);
    return data(page, 1, at, STRIDE);
  }

  /** A delta that changes one byte. */
  private RamContentsTest delta(long page, int at, int value) throws IOException {
    image.u8(1).be16(at < 128 ? 3 : 4);
    int data = image.size();
    if (at < 128) {
      image.u8(at);
    } else {
      image.u8(at & 0x7f | 0x80).u8(at >> 7);
    }
    image.u8(1).u8(value);
    return add(PageKind.XBZRLE, page, 1, image.size() - data, data, 0);
  }

  private RamContentsTest compressed(long page, int value) throws IOException {
    byte[] content = new byte[PAGE];
    Arrays.fill(content, (byte) value);
    byte[] out = new byte[PAGE];
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(content);
      deflater.finish();
      int length = deflater.deflate(out);
      image.be32(length);
      int at = image.size();
      image.raw(Arrays.copyOf(out, length));
      return add(PageKind.ZLIB, page, 1, length, at, 0);
    }
  }

  private void done() {
    contents.setSource(new HeapSource(image.toBytes(), 0, new StructurePath()));
  }

  private String runs() throws IOException {
    done();
    StringBuilder text = new StringBuilder();
    contents.forEachRun(
        block,
        run -> {
          assertEquals(block, run.block());
          text.append(text.isEmpty() ? "" : ", ");
          text.append(run.firstPage()).append('+').append(run.count()).append(' ');
          text.append(
              switch (run) {
                case MemoryRun.Data d ->
                    d.kind().label() + " " + d.offset() + (d.stride() == 0 ? "" : "/" + d.stride());
                case MemoryRun.Fill f -> "fill " + f.value();
                case MemoryRun.NeverSent _ -> "never";
                case MemoryRun.LeftOut _ -> "left out";
              });
        });
    return text.toString();
  }

  /** What is read of pages, from one to the one before another: each answer of a sink. */
  private String read(long from, long to) throws IOException {
    done();
    List<String> parts = new ArrayList<>();
    contents.read(
        block,
        from,
        to,
        new RamContents.Sink() {
          @Override
          public void bytes(ByteBuffer data) {
            parts.add("bytes " + data.remaining() + " of " + (data.get(0) & 0xff));
          }

          @Override
          public void zeros(long count) {
            parts.add("zeros " + count);
          }

          @Override
          public void absent(long count) {
            parts.add("absent " + count);
          }
        });
    return String.join(", ", parts);
  }

  private byte[] bytes(long page) throws IOException {
    done();
    return ((Page.Data) contents.page(block, page)).bytes();
  }

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
  void pageIsWhatCameLast() throws IOException {
    of(6).page(0, 1).fill(1, 1, 7).zero(2, 1).page(3, 4).page(3, 5).page(4, 1).zero(4, 1);
    done();
    assertEquals(1, bytes(0)[0]);
    assertEquals(1, bytes(0)[PAGE - 1]);
    assertEquals(new Page.Fill(7), contents.page(block, 1));
    assertEquals(new Page.Fill(0), contents.page(block, 2));
    assertEquals(5, bytes(3)[0]);
    assertEquals(new Page.Fill(0), contents.page(block, 4));
    assertEquals(new Page.NeverSent(), contents.page(block, 5));
  }

  @Test
  void deltasChangeWhatCameBefore() throws IOException {
    of(4).page(0, 1).delta(0, 5, 9).delta(0, 200, 8).delta(0, 5, 7);
    byte[] expected = new byte[PAGE];
    Arrays.fill(expected, (byte) 1);
    expected[5] = 7;
    expected[200] = 8;
    assertArrayEquals(expected, bytes(0));
    fill(1, 1, 3).delta(1, 5, 9);
    Arrays.fill(expected, (byte) 3);
    expected[5] = 9;
    assertArrayEquals(expected, bytes(1));
    zero(2, 1).delta(2, 5, 9);
    Arrays.fill(expected, (byte) 0);
    expected[5] = 9;
    assertArrayEquals(expected, bytes(2));
    compressed(3, 6).delta(3, 5, 9);
    Arrays.fill(expected, (byte) 6);
    expected[5] = 9;
    assertArrayEquals(expected, bytes(3));
  }

  /** Of a page that was never sent QEMU has what the machine made: zeros, before anything came. */
  @Test
  void deltaOfAPageThatNeverCameChangesZeros() throws IOException {
    of(1).delta(0, 5, 9);
    byte[] expected = new byte[PAGE];
    expected[5] = 9;
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) 0x55);
    done();
    assertTrue(contents.page(block, 0, page));
    assertArrayEquals(expected, page);
  }

  @Test
  void anyNumberOfDeltasIsApplied() throws IOException {
    of(1).page(0, 1);
    byte[] expected = new byte[PAGE];
    Arrays.fill(expected, (byte) 1);
    for (int i = 1; i <= 40; i++) {
      delta(0, 2 * i, 100 + i);
      expected[2 * i] = (byte) (100 + i);
    }
    assertArrayEquals(expected, bytes(0));
  }

  @Test
  void pageIsReadIntoAnArrayUnlessThereIsNothing() throws IOException {
    of(4).zero(0, 1).fill(1, 1, 7).page(2, 5);
    done();
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) 0x55);
    assertFalse(contents.page(block, 0, page));
    assertFalse(contents.page(block, 3, page));
    assertEquals(0x55, page[0]);
    assertTrue(contents.page(block, 1, page));
    assertEquals(7, page[PAGE - 1]);
    assertTrue(contents.page(block, 2, page));
    assertEquals(5, page[PAGE - 1]);
  }

  @Test
  void compressedPageIsInflated() throws IOException {
    of(1).compressed(0, 6);
    assertEquals(6, bytes(0)[PAGE - 1]);
  }

  @Test
  void blockIsReadInOrder() throws IOException {
    of(9).page(1, 4).page(2, 5).zero(3, 2).fill(5, 2, 6);
    assertEquals(
        "absent 1024, bytes 1024 of 4, bytes 1024 of 5, zeros 2048, "
            + "bytes 1024 of 6, bytes 1024 of 6, absent 2048",
        read(0, 9));
    assertEquals("bytes 1024 of 5, zeros 1024", read(2, 4));
    assertEquals("zeros 1024, bytes 1024 of 6", read(4, 6));
    assertEquals("", read(4, 4));
  }

  @Test
  void lastPageMayBeAPart() throws IOException {
    block = block(0, 2 * PAGE + 100, -1, null);
    contents.blocks(List.of(block));
    assertEquals("absent 2148", read(0, 3));
    zero(1, 2);
    assertEquals("absent 1024, zeros 1124", read(0, 3));
    page(2, 7);
    assertEquals("absent 1024, zeros 1024, bytes 100 of 7", read(0, 3));
  }

  @Test
  void cursorTellsStateAndEnd() throws IOException {
    of(20).zero(2, 3).fill(5, 2, 9).data(7, 4, 0, STRIDE).delta(11, 1, 1).compressed(12, 1);
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

  /** A block whose bitmap stands after 16 bytes of the image; the pages are not looked at. */
  private RamContentsTest mapped(long pages, BitmapOrder order, long... words) throws IOException {
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
