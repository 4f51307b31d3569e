package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.rule.Reason;
import org.vmstate.testkit.ImageBytes;

/** Page records: bounds, runs of them, and where their errors are. */
class PageRecordTest {
  private static final int PART = ImageBytes.withRam("pc.ram", 4).size() + 5;
  private static final String PATH = "ram.part[1]";

  private static ImageBytes part() {
    return ImageBytes.withRam("pc.ram", 4).again(2, 1);
  }

  private static byte[] end(ImageBytes image) {
    return image.eos().footer(1).u8(0).toBytes();
  }

  private static void bad(ImageBytes image, long offset, String item, String words) {
    refused(end(image), ParseOptions.DEFAULT, offset, PATH + "." + item, words);
  }

  private static String text(List<PageRun> runs) {
    StringBuilder text = new StringBuilder();
    for (PageRun run : runs) {
      text.append(run.kind().label()).append(' ').append(run.firstPage());
      text.append('+').append(run.count()).append(", ");
    }
    return text.toString();
  }

  @Test
  void lastPageOfTheBlockIsTheLastOffset() throws IOException {
    ImageBytes image = part().be64(0x3008).name("pc.ram").fill(1, 4096);
    assertEquals("data 3+1, ", text(Recording.of(end(image)).runs));
  }

  @Test
  void offsetAfterTheLastPageIsMalformed() {
    bad(
        part().be64(0x4008).name("pc.ram").fill(1, 4096),
        PART,
        "item[0]",
        "page offset: expected at most 0x3000 in pc.ram, found 0x4000");
  }

  @Test
  void offsetIsNotNegative() {
    bad(
        part().be64(1L << 63 | 8).name("pc.ram").fill(1, 4096),
        PART,
        "item[0]",
        "page offset: expected at most 0x3000 in pc.ram, found 0x8000000000000000");
  }

  /** Pages and markers count alike: the item that an error names. */
  @Test
  void errorsTellWhichItemTheyAreIn() {
    ImageBytes image = part().be64(2).name("pc.ram").u8(0).be64(0x1022).u8(0).be64(0x200);
    image.be64(0x2028).fill(3, 4096);
    int at = image.size();
    bad(
        image.be64(0x0400),
        at,
        "item[4]",
        "RAM word: expected one kind of page, found flags 0x400");
  }

  @Test
  void runEndsWithTheBlockAtTheLatest() throws IOException {
    ImageBytes image = part().be64(0x2002).name("pc.ram").u8(0).be64(0x3022).u8(0);
    assertEquals("zero 2+2, ", text(Recording.of(end(image)).runs));
    bad(
        part().be64(0x2002).name("pc.ram").u8(0).be64(0x3022).u8(0).be64(0x4022).u8(0),
        PART,
        "item[0]",
        "page offset: pages pass the end of pc.ram at 0x4000");
  }

  @Test
  void runIsOfPagesThatFollowOneAnother() throws IOException {
    ImageBytes image = part().be64(8).name("pc.ram").fill(1, 4096).be64(0x2028).fill(1, 4096);
    assertEquals("data 0+1, data 2+1, ", text(Recording.of(end(image)).runs));
    image = part().be64(8).name("pc.ram").fill(1, 4096).be64(0x1022).u8(0).be64(0x2022).u8(0);
    assertEquals("data 0+1, zero 1+2, ", text(Recording.of(end(image)).runs));
    image = part().be64(0x1002).name("pc.ram").u8(0).be64(0x22).u8(0);
    assertEquals("zero 1+1, zero 0+1, ", text(Recording.of(end(image)).runs));
  }

  @Test
  void runOfEqualBytesKeepsItsByte() throws IOException {
    ImageBytes image = part().be64(2).name("pc.ram").u8(0xff).be64(0x1022).u8(0xff);
    PageRun run = Recording.of(end(image)).runs.getFirst();
    assertEquals(PageKind.FILL, run.kind());
    assertEquals(2, run.count());
    assertEquals(0xff, run.value());
  }

  @Test
  void elementOfARunReachesFromItsFirstWordToItsLastByte() throws IOException {
    ImageBytes image = part().be64(8).name("pc.ram").fill(1, 4096).be64(0x1028).fill(1, 4096);
    int end = image.size();
    Event.RamPages pages = Recording.of(end(image)).all(Event.RamPages.class).getFirst();
    assertEquals(PART, pages.range().start());
    assertEquals(end, pages.range().end());
  }

  @Test
  void markerIsToldWithItsWord() throws IOException {
    Recording r = Recording.of(end(part().be64(0x220)));
    Event.RamMarker flush = r.all(Event.RamMarker.class).get(1);
    assertEquals(0x220, flush.word());
    assertEquals(PART, flush.range().start());
    assertEquals(PART + 8, flush.range().end());
  }

  @Test
  void fullIsRefusedAlsoWithContinue() {
    bad(part().be64(0x21), PART, "item[0]", "RAM word: FULL (0x1) went out of use in 2009");
  }

  @Test
  void totalComesWithOneList() {
    bad(
        part().be64(0x4004).name("other").be64(0x4000),
        PART,
        "item[0]",
        "RAM word: expected no MEM_SIZE with another block list");
  }

  @Test
  void continueNeedsABlock() {
    bad(
        part().be64(0x28).fill(1, 4096),
        PART,
        "item[0]",
        "RAM word: CONTINUE (0x20) before any block name");
  }

  @Test
  void unknownBlockIsNamed() {
    bad(
        part().be64(8).name("vga.vram").fill(1, 4096),
        PART + 8,
        "item[0]",
        "RAM block name: vga.vram is not in the block list");
  }

  /** A list at the start of another RAM section has its own blocks, and none is current. */
  @Test
  void continueDoesNotReachIntoAnotherList() {
    ImageBytes image = part().be64(2).name("pc.ram").u8(0).eos().footer(1);
    image.section(1, 2, "ram", 0, 4).be64(0x1004).name("x").be64(0x1000);
    int at = image.size();
    refused(
        end(image.be64(0x22).u8(0)),
        ParseOptions.DEFAULT,
        at,
        "section[1].ram.item[0]",
        "RAM word: CONTINUE (0x20) before any block name");
  }

  @Test
  void streamThatEndsInAWordIsCutThere() {
    String words = "data: expected 8 more bytes, found the end";
    byte[] image = part().be64(2).name("pc.ram").u8(0).be32(0).be16(0).u8(0).toBytes();
    String path = PATH + ".item[1]";
    refused(image, ParseOptions.DEFAULT, image.length - 7, path, words);
    byte[] none = part().toBytes();
    refused(none, ParseOptions.DEFAULT, none.length, PATH + ".item[0]", words);
  }

  @Test
  void pathOfAnErrorAfterThePagesHasNoItem() {
    ImageBytes image = part().eos().u8(0x55);
    refused(
        image.toBytes(),
        ParseOptions.DEFAULT,
        PART + 8,
        PATH,
        "section footer: expected 0x7e, found 0x55");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void payloadVersionsAre3And4(int version) throws IOException {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, version).be64(4).eos();
    assertEquals(List.of(), Recording.of(image.u8(0).toBytes()).runs);
  }

  @Test
  void version3RunsHaveNoContinue() throws IOException {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 3).be64(0x4004).eos();
    image.again(3, 1).be64(2).u8(5).be64(0x1002).u8(5);
    image.be64(0x2008).fill(9, 4096).be64(0x3008).fill(9, 4096).eos().u8(0);
    assertEquals("fill 0+2, data 2+2, ", text(Recording.of(image.toBytes()).runs));
  }

  /** Alternating pages of data, their number, and the data they hold. */
  private static ImageBytes pages(int count) {
    ImageBytes image = ImageBytes.withRam("pc", "pc.ram", count).again(2, 1);
    image.be64(8).name("pc.ram").fill(0, 4096);
    for (int page = 1; page < count; page++) {
      image.be64(page * 4096L | 0x28).fill(page, 4096);
    }
    return image;
  }

  /** The data of a run must be at hand when the run is told, also where nothing can be sought. */
  @ParameterizedTest
  @EnumSource
  void dataIsAtHandWhenItsRunIsTold(Recording.Place place) throws IOException {
    int count = 200;
    byte[] expected = new byte[count * 4096];
    for (int page = 0; page < count; page++) {
      Arrays.fill(expected, page * 4096, (page + 1) * 4096, (byte) page);
    }
    Recording r = Recording.copying(end(pages(count)), place);
    assertArrayEquals(expected, r.copied.toByteArray());
    assertEquals(count, r.runs.stream().mapToLong(PageRun::count).sum());
  }

  /** What is held of a pipe is in memory: at most a page and 256 KiB of records. */
  @Test
  void runsOfAPipeAreShortForThoseWhoCopy() throws IOException {
    List<PageRun> runs = Recording.copying(end(pages(200)), Recording.Place.PIPE).runs;
    assertEquals(List.of(64L, 64L, 64L, 8L), runs.stream().map(PageRun::count).toList());
  }

  /** A file's data stays; runs of 16 MiB let those who copy begin while the pass goes on. */
  @Test
  void runsOfAFileAreLongForThoseWhoCopy() throws IOException {
    List<PageRun> runs = Recording.copying(end(pages(4100)), Recording.Place.HEAP).runs;
    assertEquals(List.of(4089L, 11L), runs.stream().map(PageRun::count).toList());
  }

  @Test
  void runsAreAsLongAsTheyAreForThoseWhoDoNotCopy() throws IOException {
    assertEquals("data 0+4100, ", text(Recording.of(end(pages(4100))).runs));
  }

  private static Reason reason(ImageBytes image) {
    byte[] bytes = end(image);
    return assertThrows(StateFormatException.class, () -> Recording.of(bytes)).reason();
  }

  @Test
  void wordOfNoPageHasItsReason() {
    for (int word : new int[] {0x4004, 0x4024}) {
      ImageBytes other = part().be64(word).name("other").be64(0x4000);
      assertEquals(Reason.RAM_TOTAL_AGAIN, reason(other));
    }
    assertEquals(Reason.RAM_WORD_KIND, reason(part().be64(0x400)));
  }

  @Test
  void recordInAFixedLayoutHasItsReason() {
    for (int kind : new int[] {2, 8, 0x40, 0x100}) {
      ImageBytes image = new ImageBytes().header().configuration("pc", "mapped-ram");
      image.section(1, 1, "ram", 0, 4).be64(4).be64(kind);
      assertEquals(
          kind == 0x40 ? Reason.DELTA_IN_FIXED_LAYOUT : Reason.PAGE_RECORD_IN_FIXED_LAYOUT,
          reason(image));
    }
  }

  @Test
  void listAtTheStartOfAnotherSectionReplacesTheFirst() throws IOException {
    ImageBytes image = part().eos().footer(1).section(1, 2, "ram", 0, 4).be64(0x1004);
    image.name("x").be64(0x1000).eos().footer(2);
    byte[] bytes = new ImageBytes().raw(image.toBytes()).u8(0).toBytes();
    assertEquals(
        List.of("x"), Recording.of(bytes).blocks.stream().map(block -> block.name()).toList());
    image.again(2, 2).be64(8).name("pc.ram").fill(1, 4096);
    assertEquals(Reason.RAM_BLOCK_UNKNOWN, reason(image));
  }
}
