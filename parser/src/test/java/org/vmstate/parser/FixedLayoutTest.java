package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.testkit.ImageBytes;

/** Header, bitmap and pages of blocks in a fixed layout follow one another. Pages of 4 KiB. */
class FixedLayoutTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 3;
  private static final int LENGTH = PAGES * PAGE;

  /** Up to and including the used length of the first block. */
  private static ImageBytes head(String capability, int pages, int total) {
    ImageBytes image = new ImageBytes().header().configuration("pc", capability);
    image.section(1, 1, "ram", 0, 4).be64((long) total * PAGE | 4);
    return image.name("r").be64((long) pages * PAGE);
  }

  private static ImageBytes head() {
    return head("mapped-ram", PAGES, PAGES);
  }

  private static ImageBytes header(ImageBytes image, long bitmap, long pages) {
    return image.be32(1).be64(PAGE).be64(bitmap).be64(pages);
  }

  private static byte[] end(ImageBytes image) {
    return image.eos().footer(1).again(3, 1).eos().footer(1).u8(0).toBytes();
  }

  private static MappedBlock block(byte[] image) throws IOException {
    return Recording.of(image).blocks.getFirst().mapped().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void headerVersionsUpTo1AreRead(int version) throws IOException {
    ImageBytes image = head();
    int at = image.size() + 28;
    image.be32(version).be64(PAGE).be64(at).be64(at + 8).zeros(8 + LENGTH);
    assertEquals(version, block(end(image)).version());
  }

  @Test
  void headerVersion2IsAnErrorOfItsPlace() {
    ImageBytes image = head();
    refused(
        image.be32(2).zeros(24).toBytes(),
        UnsupportedFeatureException.class,
        image.size() - 28,
        "mapped-ram header version: expected 1, found 2 at");
  }

  @Test
  void elementsFollowOneAnotherWithoutGapsWhereNoneAre() throws IOException {
    ImageBytes image = head();
    int start = image.size();
    header(image, start + 28, start + 36).zeros(8 + LENGTH);
    Recording r = Recording.of(end(image));
    assertEquals(0, r.all(Event.Gap.class).size());
    assertEquals(start, r.all(Event.MappedHeader.class).getFirst().range().start());
    assertEquals(start + 28, r.all(Event.PageBitmap.class).getFirst().range().start());
    assertEquals(start + 36, r.all(Event.PageArea.class).getFirst().range().start());
    assertEquals(start + 36 + LENGTH, r.all(Event.PageArea.class).getFirst().range().end());
  }

  @Test
  void gapsOfOneByteAreTold() throws IOException {
    ImageBytes image = head();
    int start = image.size();
    header(image, start + 29, start + 38).zeros(10 + LENGTH);
    List<Event.Gap> gaps = Recording.of(end(image)).all(Event.Gap.class);
    assertEquals(2, gaps.size());
    assertEquals(start + 28, gaps.getFirst().range().start());
    assertEquals(start + 37, gaps.getLast().range().start());
  }

  /** The word length of the bitmap counts bits in 64s, whatever is left over. */
  @ParameterizedTest
  @CsvSource({"1, 8", "63, 8", "64, 8", "65, 16", "128, 16", "129, 24"})
  void bitmapHasABitForEachPageInWordsOf64(int pages, int bytes) throws IOException {
    ImageBytes image = head("mapped-ram", pages, pages);
    int at = image.size() + 28;
    header(image, at, at + bytes).zeros(bytes + pages * PAGE);
    assertEquals(bytes, block(end(image)).bitmapLength());
    refused(
        bitmapThenPages(pages, bytes - 1),
        MalformedDataException.class,
        at - 28,
        "pages offset: expected " + (at + bytes) + " (the end of the bitmap) or more, found");
  }

  private static byte[] bitmapThenPages(int pages, int distance) {
    ImageBytes image = head("mapped-ram", pages, pages);
    int at = image.size() + 28;
    return end(header(image, at, at + distance).zeros(distance + pages * PAGE));
  }

  @Test
  void bitmapMayBeFourBytesShorterAndNoMore() throws IOException {
    int at = head().size();
    assertEquals(4, block(bitmapThenPages(PAGES, 4)).bitmapLength());
    for (int distance : new int[] {3, 5, 7}) {
      refused(
          bitmapThenPages(PAGES, distance),
          MalformedDataException.class,
          at,
          "(the end of the bitmap) or more, found " + (at + 28 + distance));
    }
  }

  @Test
  void bitmapStandsAfterItsHeader() {
    ImageBytes image = head();
    int at = image.size();
    refused(
        header(image, at + 27, at + 36).zeros(8 + LENGTH).toBytes(),
        MalformedDataException.class,
        at,
        "bitmap offset: expected "
            + (at + 28)
            + " or a later place inside the file, found "
            + (at + 27));
  }

  @Test
  void bitmapEndsInsideTheFile() {
    ImageBytes image = head();
    int at = image.size();
    int end = at + 28 + 8 + LENGTH;
    byte[] image1 = header(image, end - 7, at + 36).zeros(8 + LENGTH).toBytes();
    refused(image1, MalformedDataException.class, at, "bitmap offset");
    // here it ends with the file, and the pages stand before it
    byte[] image2 = header(head(), end - 8, at + 36).zeros(8 + LENGTH).toBytes();
    refused(image2, MalformedDataException.class, at, "(the end of the bitmap) or more");
  }

  @Test
  void pagesEndInsideTheFile() {
    ImageBytes image = head();
    int at = image.size();
    byte[] image1 = header(image, at + 28, at + 36).zeros(8 + LENGTH - 1).toBytes();
    refused(
        image1,
        MalformedDataException.class,
        at,
        "pages offset: expected room for 12288 bytes before the end of the file at "
            + image1.length
            + ", found "
            + (at + 36));
  }

  /** One offset of 0 is none of a block that was left out. */
  @Test
  void blockIsLeftOutWhereBothOffsetsAre0() throws IOException {
    byte[] image = end(header(head(), 0, 0));
    Recording r = Recording.of(image);
    assertEquals(0, r.blocks.getFirst().mapped().orElseThrow().pagesOffset());
    assertEquals(List.of(), r.runs);
    assertEquals(0, r.all(Event.PageArea.class).size());
    int at = head().size();
    refused(
        end(header(head(), 0, at + 36).zeros(8 + LENGTH)),
        MalformedDataException.class,
        at,
        "bitmap offset");
    refused(
        end(header(head(), at + 28, 0).zeros(8 + LENGTH)),
        MalformedDataException.class,
        at,
        "(the end of the bitmap) or more, found 0");
  }

  /** The first block's area, and where that of the second one begins. */
  private static byte[] twoBlocks(boolean firstLeftOut, int secondArea) {
    ImageBytes image = head("mapped-ram", PAGES, 2 * PAGES);
    int at = image.size();
    if (firstLeftOut) {
      header(image, 0, 0);
    } else {
      header(image, at + 28, at + 36).zeros(8 + LENGTH);
    }
    image.name("s").be64(LENGTH);
    int second = image.size();
    int pages = secondArea < 0 ? second + 36 : secondArea;
    return end(header(image, second + 28, pages).zeros(8 + LENGTH));
  }

  @Test
  void areasFollowOneAnother() throws IOException {
    assertEquals(2, Recording.of(twoBlocks(false, -1)).all(Event.PageArea.class).size());
    assertEquals(1, Recording.of(twoBlocks(true, -1)).all(Event.PageArea.class).size());
  }

  @Test
  void areasOverlapWhereTheSecondBeginsBeforeTheFirstEnds() {
    int first = head("mapped-ram", PAGES, 2 * PAGES).size() + 36;
    int second = first + LENGTH + 10;
    refused(
        twoBlocks(false, first + LENGTH - 1),
        MalformedDataException.class,
        second,
        "page area: expected a place after the other blocks' areas, which end at "
            + (first + LENGTH)
            + ", found "
            + (first + LENGTH - 1));
    refused(
        twoBlocks(false, first + LENGTH),
        MalformedDataException.class,
        second,
        "(the end of the bitmap) or more");
  }

  private static byte[] proposal2022(int pages, int bitmap) {
    ImageBytes image = head("fixed-ram", pages, pages);
    image.be32(bitmap).be64(image.size() + 8 + bitmap).zeros(bitmap + pages * PAGE);
    return image.eos().footer(1).again(3, 1).footer(1).u8(0).toBytes();
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "32, 4", "33, 8", "64, 8", "65, 12", "65, 16", "1, 8"})
  void bitmapOf2022HasAWordOfTheWriterFor32Or64Pages(int pages, int bytes) throws IOException {
    Recording r = Recording.of(proposal2022(pages, bytes));
    MappedBlock mapped = r.blocks.getFirst().mapped().orElseThrow();
    assertEquals(0, mapped.version());
    assertEquals(bytes, mapped.bitmapLength());
    assertEquals(mapped.headerOffset() + 12, mapped.bitmapOffset());
  }

  @ParameterizedTest
  @CsvSource({"1, 3, 8", "33, 7, 8", "64, 4, 8", "65, 11, 16"})
  void bitmapOf2022WithoutABitForEachPageIsMalformed(int pages, int bytes, int expected) {
    refused(
        proposal2022(pages, bytes),
        MalformedDataException.class,
        head("fixed-ram", pages, pages).size(),
        "fixed-ram bitmap length: expected " + expected + ", found " + bytes);
  }
}
