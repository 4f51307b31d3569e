package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.ParseOptions.XbzrleChoice;
import org.vmstate.testkit.ImageBytes;

/** Records of encoded pages: their headers, and that they decode to one page. */
class EncodedRecordTest {
  private static final int PART = ImageBytes.withRam("pc.ram", 4).size() + 5;

  /** After the word and the name of the block. */
  private static final int HEADER = PART + 8 + 7;

  private static final String PATH = "ram.part[1].item[0]";

  private static ImageBytes record(int word) {
    return ImageBytes.withRam("pc.ram", 4).again(2, 1).be64(word).name("pc.ram");
  }

  private static byte[] end(ImageBytes image) {
    return image.eos().footer(1).u8(0).toBytes();
  }

  private static ParseOptions choosing(XbzrleChoice choice) {
    return ParseOptions.DEFAULT.with(choice);
  }

  private static void bad(ImageBytes image, long offset, String words) {
    bad(image, XbzrleChoice.AUTO, offset, words);
  }

  private static void bad(ImageBytes image, XbzrleChoice choice, long offset, String words) {
    refused(end(image), choosing(choice), offset, PATH, words);
  }

  private static PageRun run(ImageBytes image, XbzrleChoice choice) throws IOException {
    return Recording.of(end(image), choosing(choice), Recording.Place.HEAP).runs.getFirst();
  }

  /** A delta of some length: the first bytes of the page are new. */
  private static ImageBytes delta(ImageBytes image, int length) {
    return image
        .u8(1)
        .be16(length)
        .u8(0)
        .u8(length - 3 & 0x7f | 0x80)
        .u8(length - 3 >> 7)
        .fill(1, length - 3);
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "CURRENT"})
  void deltaTellsItsPlaceAndLength(XbzrleChoice choice) throws IOException {
    PageRun run = run(delta(record(0x1040), 20), choice);
    assertEquals(PageKind.XBZRLE, run.kind());
    assertEquals(1, run.firstPage());
    assertEquals(1, run.count());
    assertEquals(20, run.value());
    assertEquals(HEADER + 3, run.offset());
  }

  @Test
  void deltaMayBeAsLongAsAPage() throws IOException {
    assertEquals(4096, run(delta(record(0x40), 4096), XbzrleChoice.AUTO).value());
    bad(delta(record(0x40), 4097), HEADER + 1, "XBZRLE length: expected at most 4096, found 4097");
  }

  @Test
  void damagedDeltaIsFoundWhereItsDataBegins() {
    bad(
        record(0x40).u8(1).be16(3).u8(0).u8(2).u8(1),
        HEADER + 3,
        "encoded page: new bytes pass the end of the delta");
  }

  /** Header of the form of 2011: nothing, a number that shows the order, length, flags. */
  private static ImageBytes record2011(int magic, int length, int flags) {
    return record(0x2040).be32(0).be16(magic).be16(length).u8(flags);
  }

  private static ImageBytes unchanged(ImageBytes image) {
    return image.be64(0).be64(Long.reverseBytes(512));
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "PROPOSAL_2011"})
  void deltaOf2011TellsItsPlaceAndLength(XbzrleChoice choice) throws IOException {
    PageRun run = run(unchanged(record2011(0x2301, 16, 1)), choice);
    assertEquals(PageKind.XBZRLE_2011, run.kind());
    assertEquals(2, run.firstPage());
    assertEquals(16, run.value());
    assertEquals(HEADER + 9, run.offset());
  }

  @Test
  void deltaOf2011MayBeFromABigEndianSender() throws IOException {
    ImageBytes image = record2011(0x0123, 16, 1).be64(0).be64(512);
    assertEquals(PageKind.XBZRLE_2011, run(image, XbzrleChoice.AUTO).kind());
  }

  private static void notOfToday(ImageBytes image, XbzrleChoice choice) {
    refused(end(image), choosing(choice), MalformedDataException.class, HEADER, "expected [01]");
  }

  /** What begins like one of 2011 is one of today where that was chosen. */
  @Test
  void chosenFormIsNotGuessed() {
    notOfToday(unchanged(record2011(0x2301, 16, 1)), XbzrleChoice.CURRENT);
    bad(
        delta(record(0x40), 30),
        XbzrleChoice.PROPOSAL_2011,
        HEADER + 4,
        "XBZRLE 2011 magic: expected 0x0123, found 0x9b");
  }

  @Test
  void onlyBothNumbersOf2011ShowItsForm() {
    for (int magic : new int[] {0x0124, 0x2302, 0x0023, 0x2323}) {
      notOfToday(unchanged(record2011(magic, 16, 1)), XbzrleChoice.AUTO);
    }
    notOfToday(record(0x40).be32(1).be16(0x0123).zeros(20), XbzrleChoice.AUTO);
  }

  @Test
  void flagsOf2011HaveBit0() throws IOException {
    assertEquals(16, run(unchanged(record2011(0x2301, 16, 3)), XbzrleChoice.AUTO).value());
    bad(
        unchanged(record2011(0x2301, 16, 2)),
        HEADER + 8,
        "XBZRLE 2011 flags: expected bit 0 set, found 2");
  }

  @Test
  void deltaOf2011MayBeAsLongAsAPage() throws IOException {
    ImageBytes image = record2011(0x0123, 4096, 1);
    for (int word = 0; word < 512; word++) {
      image.be64(1 + word);
    }
    assertEquals(4096, run(image, XbzrleChoice.AUTO).value());
    bad(
        record2011(0x0123, 4104, 1).zeros(4104),
        HEADER + 6,
        "XBZRLE 2011 length: expected at most 4096, found 4104");
  }

  @Test
  void damagedDeltaOf2011IsFoundWhereItsDataBegins() {
    bad(record2011(0x0123, 8, 1).be64(1), HEADER + 9, "encoded page: expected 512 words, found 1");
  }

  private static byte[] deflated(int bytes, int level) {
    byte[] data = new byte[bytes];
    byte[] out = new byte[2 * bytes + 100];
    try (Deflater deflater = new Deflater(level)) {
      deflater.setInput(data);
      deflater.finish();
      return Arrays.copyOf(out, deflater.deflate(out));
    }
  }

  private static ImageBytes compressed(byte[] data) {
    return record(0x3100).be32(data.length).raw(data);
  }

  @Test
  void compressedPageTellsItsPlaceAndLength() throws IOException {
    byte[] data = deflated(4096, 6);
    PageRun run = run(compressed(data), XbzrleChoice.AUTO);
    assertEquals(PageKind.ZLIB, run.kind());
    assertEquals(3, run.firstPage());
    assertEquals(data.length, run.value());
    assertEquals(HEADER + 4, run.offset());
  }

  /** zlib's own bound is one page, one byte of it in 4096, and 13. */
  @Test
  void compressedPageIsAtMostAsLongAsZlibMakesOne() throws IOException {
    // QEMU's inflater stops at the end of the zlib stream, whatever follows
    byte[] data = Arrays.copyOf(deflated(4096, 0), 4110);
    assertEquals(4110, run(compressed(data), XbzrleChoice.AUTO).value());
    bad(
        record(0x100).be32(4111).zeros(4111),
        HEADER,
        "compressed length: expected at most 4110, found 4111");
  }

  @Test
  void compressedDataIsOneWholePage() {
    String words = "encoded page: does not inflate to exactly one page";
    bad(compressed(deflated(4095, 6)), HEADER + 4, words);
    bad(compressed(deflated(4097, 6)), HEADER + 4, words);
    byte[] whole = deflated(4096, 6);
    bad(compressed(Arrays.copyOf(whole, whole.length - 1)), HEADER + 4, words);
    bad(compressed(new byte[0]), HEADER + 4, words);
  }

  @Test
  void compressedDataIsAZlibStream() {
    bad(
        compressed(new byte[] {1, 2, 3, 4}),
        HEADER + 4,
        "encoded page: no zlib stream: incorrect header check");
  }

  /** QEMU does not look at it; the page that the word announced would silently be missing. */
  @Test
  void flushHasNoAddress() throws IOException {
    byte[] image = end(ImageBytes.withRam("pc.ram", 4).again(2, 1).be64(0x3200));
    Outcome outcome =
        Recording.read(image, ParseOptions.DEFAULT, Recording.Place.HEAP, new Recording(), false);
    StateFormatException e = assertInstanceOf(Outcome.Broken.class, outcome).problem();
    assertEquals(Reason.RAM_FLUSH_ADDRESS, e.reason());
    assertEquals(PART, e.offset());
    assertEquals(PATH, e.path());
  }
}
