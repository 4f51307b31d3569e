package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.parser.memory.RamContents;
import org.vmstate.testkit.ImageBytes;

class RamParserTest {
  private static final int PART = ImageBytes.withRam("pc.ram", 4).size() + 5;

  private static ImageBytes part() {
    return ImageBytes.withRam("pc.ram", 4).again(2, 1);
  }

  private static byte[] end(ImageBytes image) {
    return image.eos().footer(1).ended().u8(0).toBytes();
  }

  private static void badWord(long word, String reason) {
    refused(end(part().be64(word).name("pc.ram")), MalformedDataException.class, PART, reason);
  }

  @Test
  void consecutiveZeroPagesAreOneRun() throws IOException {
    ImageBytes image = part().be64(2).name("pc.ram").u8(0).be64(0x1022).u8(0).be64(0x2022).u8(0);
    List<PageRun> runs = Recording.of(end(image)).runs;
    assertEquals(1, runs.size());
    assertEquals(3, runs.getFirst().count());
    assertEquals(PageKind.ZERO, runs.getFirst().kind());
  }

  @Test
  void consecutiveDataPagesAreOneRunWithStride() throws IOException {
    ImageBytes image = part().be64(0x1008).name("pc.ram").fill(1, 4096).be64(0x2028).fill(2, 4096);
    PageRun run = Recording.of(end(image)).runs.getFirst();
    assertEquals(1, run.firstPage());
    assertEquals(2, run.count());
    assertEquals(PART + 8 + 7, run.offset());
    assertEquals(4096 + 8, run.stride());
  }

  @Test
  void anotherFillByteStartsAnotherRun() throws IOException {
    ImageBytes image = part().be64(2).name("pc.ram").u8(0).be64(0x1022).u8(7);
    List<PageRun> runs = Recording.of(end(image)).runs;
    assertEquals(List.of(PageKind.ZERO, PageKind.FILL), runs.stream().map(PageRun::kind).toList());
    assertEquals(7, runs.getLast().value());
  }

  @Test
  void continueReachesAcrossSections() throws IOException {
    ImageBytes image = part().be64(2).name("pc.ram").u8(0).eos().footer(1);
    assertEquals(2, Recording.of(end(image.again(3, 1).be64(0x1022).u8(0))).runs.size());
  }

  @Test
  void continueBeforeAnyNameIsMalformed() {
    refused(end(part().be64(0x22).u8(0)), MalformedDataException.class, PART, "CONTINUE");
  }

  @Test
  void unknownBlockIsMalformed() {
    refused(end(part().be64(2).name("vga").u8(0)), MalformedDataException.class, PART + 8, "vga");
  }

  @Test
  void offsetBehindTheBlockIsMalformed() {
    badWord(0x4002, "page offset: expected at most 0x3000 in pc.ram, found 0x4000");
  }

  @Test
  void runBehindTheBlockIsMalformed() {
    ImageBytes image = part().be64(0x3002).name("pc.ram").u8(0).be64(0x4022).u8(0);
    refused(end(image), MalformedDataException.class, PART, "pass the end of pc.ram");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 0x0a, 0x18, 0x20, 0x400, 0x402, 0x48, 0x210})
  void wordWithoutExactlyOneKindIsMalformed(long flags) {
    badWord(0x1000 | flags, "flags 0x" + Long.toHexString(flags));
  }

  /** Found by fuzzing. */
  @Test
  void version3InAFixedLayoutIsMalformed() {
    ImageBytes image = new ImageBytes().header().configuration("test-1.0", "mapped-ram");
    image.section(1, 1, "ram", 0, 3).be64(0x2004).eos();
    refused(image.toBytes(), MalformedDataException.class, image.size() - 16, "expected 4");
  }

  @Test
  void hookIsAMarker() throws IOException {
    Recording r = Recording.of(end(part().be64(0x80)));
    assertEquals(4, r.all(Event.RamMarker.class).size());
  }

  @Test
  void fullIsUnsupported() {
    refused(end(part().be64(0x01)), UnsupportedFeatureException.class, PART, "2009");
  }

  @Test
  void multifdFlushIsAMarker() throws IOException {
    Recording r = Recording.of(end(part().be64(0x200).be64(0x200)));
    assertEquals(5, r.all(Event.RamMarker.class).size());
  }

  @Test
  void endOfSectionMayCarryAddressBits() throws IOException {
    ImageBytes image = part().be64(0x5010).footer(1).u8(0);
    assertEquals(2, Recording.of(image.toBytes()).all(Event.RamMarker.class).size());
  }

  @Test
  void missingEosIsTruncationInThePage() {
    byte[] image = part().be64(8).name("pc.ram").fill(1, 100).toBytes();
    refused(image, TruncatedDataException.class, PART + 8 + 7, "4096");
  }

  @ParameterizedTest
  @EnumSource
  void xbzrleAppliesToEarlierContent(Recording.Place place) throws IOException {
    ImageBytes image = part().be64(8).name("pc.ram").fill(1, 4096);
    image.be64(0x60).u8(1).be16(4).u8(0xe8).u8(7).u8(1).u8(0xab);
    image.be64(0x60).u8(1).be16(3).u8(0).u8(1).u8(0xcd);
    byte[] expected = new byte[4 * 4096];
    Arrays.fill(expected, 0, 4096, (byte) 1);
    expected[1000] = (byte) 0xab;
    expected[0] = (byte) 0xcd;
    assertArrayEquals(expected, Recording.withMemory(end(image), place).memory(0));
  }

  @Test
  void xbzrleOf2011AppliesToEarlierContent() throws IOException {
    ImageBytes image = part().be64(8).name("pc.ram").fill(1, 4096);
    // little-endian sender: word 125 changes, the rest does not
    image.be64(0x60).be32(0).u8(0x23).u8(0x01).be16(40).u8(1);
    for (long word : new long[] {0, 125, 0xab, 0, 386}) {
      image.be64(Long.reverseBytes(word));
    }
    byte[] memory = Recording.withMemory(end(image), Recording.Place.HEAP).memory(0);
    assertEquals((byte) (1 ^ 0xab), memory[1000]);
    assertEquals(1, memory[1001]);
  }

  @Test
  void xbzrleOf2011FromABigEndianSenderIsSwapped() throws IOException {
    ImageBytes image = part().be64(8).name("pc.ram").fill(0, 4096);
    image.be64(0x60).be32(0).u8(0x01).u8(0x23).be16(40).u8(1);
    for (long word : new long[] {0, 125, 0xab, 0, 386}) {
      image.be64(word);
    }
    byte[] memory = Recording.withMemory(end(image), Recording.Place.HEAP).memory(0);
    assertEquals((byte) 0xab, memory[1007]);
  }

  @Test
  void xbzrleDeltaThatPassesThePageIsMalformed() {
    ImageBytes image = part().be64(0x40).name("pc.ram").u8(1).be16(4).u8(0xff).u8(0x7f).u8(1).u8(1);
    refused(end(image), MalformedDataException.class, PART + 8 + 7 + 3, "end of the page");
  }

  @Test
  void xbzrleEncodingOtherThan1IsMalformed() {
    ImageBytes image = part().be64(0x40).name("pc.ram").u8(2).be16(3).u8(0).u8(1).u8(1);
    refused(end(image), MalformedDataException.class, PART + 8 + 7, "xbzrle");
  }

  @Test
  void compressedPageInflates() throws IOException {
    byte[] page = new byte[4096];
    page[7] = 42;
    byte[] deflated = new byte[4096];
    int length;
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(page);
      deflater.finish();
      length = deflater.deflate(deflated);
    }
    ImageBytes image = part().be64(0x1100).name("pc.ram").be32(length);
    image.raw(Arrays.copyOf(deflated, length));
    Recording r = Recording.withMemory(end(image), Recording.Place.HEAP);
    assertEquals(PageKind.ZLIB, r.runs.getFirst().kind());
    assertEquals(42, r.memory(0)[4096 + 7]);
  }

  @Test
  void compressedPageOfAnotherLengthIsMalformed() {
    ImageBytes image = part().be64(0x100).name("pc.ram").be32(8);
    image.raw(new byte[] {0x78, (byte) 0x9c, 0x03, 0, 0, 0, 0, 1});
    refused(end(image), MalformedDataException.class, PART + 8 + 7 + 4, "one page");
  }

  @Test
  void versions2And5AreUnsupported() {
    for (int version : new int[] {2, 5}) {
      ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, version).be64(4).eos();
      refused(image.u8(0).toBytes(), UnsupportedFeatureException.class, 8 + 17, "expected 3 or 4");
    }
  }

  @Test
  void version3HasFlatAddressesAndNoNames() throws IOException {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 3).be64(0x2004).eos();
    image.again(3, 1).be64(2).u8(5).be64(0x1008).fill(9, 4096).eos().u8(0);
    Recording r = Recording.withMemory(image.toBytes(), Recording.Place.HEAP);
    assertEquals(5, r.memory(0)[0]);
    assertEquals(9, r.memory(0)[4096]);
  }

  @Test
  void totalThatDoesNotAddUpIsMalformed() {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(0x1004);
    refused(
        image.name("a").be64(0x2000).eos().toBytes(),
        MalformedDataException.class,
        8 + 17 + 8 + 2,
        "rest of the total");
  }

  @Test
  void blockWithTwoLengthsIsMalformed() {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(0x3004);
    refused(
        image.name("a").be64(0x1000).name("a").be64(0x2000).eos().toBytes(),
        MalformedDataException.class,
        8 + 17 + 8 + 10,
        "twice");
  }

  @Test
  void contentOfMoreThan32TebibytesIsLimited() {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(1L << 62 | 4);
    byte[] bytes = image.name("r").be64(1L << 62).eos().u8(0).toBytes();
    assertThrows(
        LimitExceededException.class, () -> Recording.withMemory(bytes, Recording.Place.HEAP));
  }

  @Tag("slow")
  @Test
  void scatteredPagesOfATebibyteFitIntoMemory() throws IOException {
    long length = 1L << 40;
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(length | 4);
    image.name("r").be64(length).eos().again(3, 1).be64(2).name("r").u8(5);
    // one page in each of 5000 chunks of the page table
    for (int i = 1; i < 5000; i++) {
      image.be64(i * 8192L * 4096 | 0x22).u8(i % 255 + 1);
    }
    Recording r = Recording.withMemory(image.eos().u8(0).toBytes(), Recording.Place.HEAP);
    long[] data = new long[1];
    long[] absent = new long[1];
    r.contents.read(
        r.blocks.getFirst(),
        new RamContents.Sink() {
          @Override
          public void bytes(ByteBuffer bytes) {
            data[0] += bytes.remaining();
          }

          @Override
          public void zeros(long count) {
            throw new AssertionError(count + " zeros");
          }

          @Override
          public void absent(long count) {
            absent[0] += count;
          }
        });
    assertEquals(5000 * 4096, data[0]);
    assertEquals(length, data[0] + absent[0]);
  }

  @Test
  void namesOf255BytesAreRead() throws IOException {
    String name = "n".repeat(255);
    ImageBytes image = ImageBytes.withRam(name, 1).again(2, 1).be64(2).name(name).u8(0);
    assertEquals(name, Recording.of(end(image)).runs.getFirst().block().name());
  }

  @Test
  void ignoredSharedBlocksCarryAnAddress() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("pc", "x-ignore-shared");
    image.section(1, 1, "ram", 0, 4).be64(0x1004).name("a").be64(0x1000).be64(0x40000000L);
    Recording r = Recording.of(image.eos().footer(1).u8(0).toBytes());
    assertEquals(0x40000000L, r.blocks.getFirst().address());
  }

  @Test
  void hugePageSizeFollowsOnlyWherePostcopyAnnouncedIt() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.u8(8).be16(3).be16(16).be64(0x201000).be64(0x1000);
    image.section(1, 1, "ram", 0, 4).be64(0x201004);
    image.name("huge").be64(0x200000).be64(0x200000).name("small").be64(0x1000);
    Recording r = Recording.of(image.eos().footer(1).u8(0).toBytes());
    assertEquals(0x200000, r.blocks.getFirst().hostPageSize());
    assertEquals(0, r.blocks.getLast().hostPageSize());
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 12, 13, 14, 16})
  void pageSizesFrom1To64KibAreRead(int bits) throws IOException {
    int size = 1 << bits;
    ImageBytes image = new ImageBytes().header().configuration("virt");
    image.u8(5).name("configuration/target-page-bits").be32(1).be32(bits);
    image.section(1, 1, "ram", 0, 4).be64(3L * size | 4).name("r").be64(3L * size).eos().footer(1);
    image.again(3, 1).be64(8).name("r").fill(1, size).be64(size | 0x28).fill(2, size);
    Recording r = Recording.of(end(image.be64(2L * size | 0x22).u8(0)));
    assertEquals(List.of(2L, 1L), r.runs.stream().map(PageRun::count).toList());
    assertEquals(size, r.blocks.getFirst().pageSize());
  }

  @Test
  void pageSizeCanBeGiven() throws IOException {
    ParseOptions options = ParseOptions.DEFAULT.withPageSize(8192);
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(0x2004);
    image.name("r").be64(0x2000).be64(8).name("r").fill(3, 8192).eos().u8(0);
    Recording r = Recording.of(image.toBytes(), options, Recording.Place.HEAP);
    assertEquals(1, r.runs.getFirst().count());
  }
}
