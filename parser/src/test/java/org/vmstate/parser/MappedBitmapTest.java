package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.testkit.ImageBytes;

/** How the bits of a bitmap lie, and which runs of pages they give. Pages are of 1 KiB. */
class MappedBitmapTest {
  private static final int PAGE = 1024;

  /** The bytes that belong to a page whose content stands in its last word. */
  private static byte[] data() {
    byte[] page = new byte[PAGE];
    page[PAGE - 1] = 1;
    return page;
  }

  /** One block of some pages with a bitmap as it stands in the file; the named pages hold data. */
  private static byte[] image(int pages, byte[] bitmap, List<Integer> withData) {
    ImageBytes image = new ImageBytes().header().configuration("pc", "mapped-ram");
    image.u8(5).name("configuration/target-page-bits").be32(1).be32(10);
    long length = (long) pages * PAGE;
    image.section(1, 1, "ram", 0, 4).be64(length | 4).name("r").be64(length);
    int at = image.size() + 28;
    image.be32(1).be64(PAGE).be64(at).be64(at + bitmap.length).raw(bitmap);
    for (int page = 0; page < pages; page++) {
      image.raw(withData.contains(page) ? data() : new byte[PAGE]);
    }
    return image.eos().footer(1).again(3, 1).eos().footer(1).u8(0).toBytes();
  }

  /** The words of a bitmap in an order: bit i of a word is page i of it. */
  private static byte[] words(BitmapOrder order, long... words) {
    ImageBytes bytes = new ImageBytes();
    for (long word : words) {
      // each order is its own inverse
      bytes.be64(Long.reverseBytes(order.normalize(word)));
    }
    return bytes.toBytes();
  }

  private static BitmapOrder order(byte[] image) throws IOException {
    return Recording.of(image).blocks.getFirst().mapped().orElseThrow().order();
  }

  private static String runs(byte[] image) throws IOException {
    StringBuilder text = new StringBuilder();
    for (PageRun run : Recording.of(image).runs) {
      text.append(run.kind().label()).append(' ').append(run.firstPage());
      text.append('+').append(run.count()).append(", ");
    }
    return text.toString();
  }

  @Test
  void withoutAClearAnswerTheOrderIsLittleEndian() throws IOException {
    assertEquals(BitmapOrder.LITTLE, order(image(64, new byte[8], List.of())));
  }

  @ParameterizedTest
  @EnumSource
  void bitsAfterTheLastPageAreClear(BitmapOrder order) throws IOException {
    // the content speaks for the other orders
    byte[] bitmap = words(order, 0b1001);
    assertEquals(order, order(image(4, bitmap, List.of())));
  }

  @ParameterizedTest
  @EnumSource
  void markedPagesHoldData(BitmapOrder order) throws IOException {
    assertEquals(order, order(image(64, words(order, 1L << 9 | 1L << 63), List.of(9, 63))));
  }

  @ParameterizedTest
  @EnumSource
  void laterWordsAreLookedAtToo(BitmapOrder order) throws IOException {
    assertEquals(order, order(image(192, words(order, 0, -1, 1L << 5), List.of(133))));
  }

  /** Where two orders agree the third one may be meant. */
  @Test
  void pagesCountOnWhichOneOrderDiffers() throws IOException {
    byte[] big32 = words(BitmapOrder.BIG_32, 1L << 24 | 1L << 32);
    assertEquals(BitmapOrder.BIG_32, order(image(64, big32, List.of(24, 32))));
    byte[] big64 = words(BitmapOrder.BIG_64, 1L << 32 | 1L << 56);
    assertEquals(BitmapOrder.BIG_64, order(image(64, big64, List.of(32, 56))));
  }

  @Test
  void pagesOnWhichAllOrdersAgreeDoNotCount() throws IOException {
    long[] words = new long[12];
    List<Integer> marked = new ArrayList<>();
    for (int word = 0; word < 11; word++) {
      words[word] = 0x0101010101010101L;
      for (int bit = 0; bit < 64; bit += 8) {
        marked.add(64 * word + bit);
      }
    }
    words[11] = 2;
    marked.add(64 * 11 + 1);
    assertEquals(
        BitmapOrder.BIG_64, order(image(64 * 12, words(BitmapOrder.BIG_64, words), marked)));
  }

  /** A 32-bit writer's bitmap ends with half a word. */
  @ParameterizedTest
  @ValueSource(ints = {65, 70, 96})
  void bitmapOf32BitWordsMayEndAfterHalfAWord(int pages) throws IOException {
    byte[] bitmap = new byte[12];
    bitmap[8] = 1;
    String rest = pages == 65 ? "" : "zero 65+" + (pages - 65) + ", ";
    assertEquals("zero 0+64, data 64+1, " + rest, runs(image(pages, bitmap, List.of(64))));
    bitmap = new byte[] {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    assertEquals("data 0+1, zero 1+" + (pages - 1) + ", ", runs(image(pages, bitmap, List.of(0))));
  }

  @Test
  void setBitsAreDataAndClearOnesZero() throws IOException {
    byte[] bitmap = words(BitmapOrder.LITTLE, 0b0111_0110);
    assertEquals(
        "zero 0+1, data 1+2, zero 3+1, data 4+3, zero 7+57, ",
        runs(image(64, bitmap, List.of(1, 2, 4, 5, 6))));
  }

  @Test
  void runsGoOnFromWordToWord() throws IOException {
    byte[] bitmap = words(BitmapOrder.LITTLE, 1L << 63, -1, 0b11);
    assertEquals("zero 0+63, data 63+67, zero 130+62, ", runs(image(192, bitmap, all(63, 130))));
    bitmap = words(BitmapOrder.LITTLE, -1, 0, -1);
    assertEquals("data 0+64, zero 64+64, data 128+64, ", runs(image(192, bitmap, all(0, 192))));
  }

  @Test
  void runsEndWithTheBlockWhateverTheBitmapSays() throws IOException {
    byte[] bitmap = words(BitmapOrder.LITTLE, -1);
    assertEquals("data 0+3, ", runs(image(3, bitmap, all(0, 3))));
    bitmap = words(BitmapOrder.LITTLE, -1, -1);
    assertEquals("data 0+65, ", runs(image(65, bitmap, all(0, 65))));
  }

  @Test
  void runTellsWhereItsPagesStand() throws IOException {
    Recording r = Recording.of(image(64, words(BitmapOrder.LITTLE, 0b110), List.of(1, 2)));
    long pages = r.blocks.getFirst().mapped().orElseThrow().pagesOffset();
    PageRun data = r.runs.get(1);
    assertEquals(pages + PAGE, data.offset());
    assertEquals(PAGE, data.stride());
  }

  @Test
  void fileMayEndWithThePagesButNotTheStream() {
    byte[] image = image(64, words(BitmapOrder.LITTLE, 1), List.of(0));
    byte[] cut = Arrays.copyOf(image, image.length - 8 - 5 - 5 - 8 - 5 - 1);
    TruncatedDataException e = assertThrows(TruncatedDataException.class, () -> Recording.of(cut));
    assertEquals(cut.length, e.offset());
    assertEquals("data: expected 8 more bytes, found the end", e.words());
  }

  private static List<Integer> all(int from, int to) {
    List<Integer> pages = new ArrayList<>();
    for (int page = from; page < to; page++) {
      pages.add(page);
    }
    return pages;
  }

  @Test
  void runsOfPagesHaveTheirRangeOfTheFile() throws IOException {
    byte[] image = image(64, words(BitmapOrder.LITTLE, 0b0110), List.of(1, 2));
    List<ByteRange> ranges = new ArrayList<>();
    long[] area = new long[1];
    Recording.read(
        image,
        ParseOptions.DEFAULT,
        Recording.Place.HEAP,
        new EventSink() {
          @Override
          public boolean wants(Want want) {
            return want == Want.MAPPED_PAGES;
          }

          @Override
          public void accept(Event event) {
            switch (event) {
              case Event.PageArea e -> area[0] = e.range().start();
              case Event.MappedPages e when e.run().kind() == PageKind.DATA ->
                  ranges.add(e.range());
              default -> {}
            }
          }
        },
        false);
    assertEquals(List.of(new ByteRange(area[0] + PAGE, area[0] + 3 * PAGE)), ranges);
  }
}
