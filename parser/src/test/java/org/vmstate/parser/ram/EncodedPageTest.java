package org.vmstate.parser.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Encoded pages as they are read again after the pass, by a run or by the offset of their data. */
class EncodedPageTest {
  private static final int PAGE = 4096;
  private static final RamBlock BLOCK =
      new RamBlock(0, "pc.ram", PAGE, PAGE, 0, -1, Optional.empty());

  /** An image with some bytes before the header of the encoded data. */
  private final ImageBytes image = new ImageBytes().fill(0x77, 40);

  private final byte[] page = new byte[PAGE];

  private HeapSource source() {
    return new HeapSource(image.zeros(3).toBytes(), 0, new StructurePath());
  }

  private void byOffset(PageKind kind, int offset) throws IOException {
    EncodedPage.apply(source(), BLOCK, 0, kind, offset, page);
  }

  private void byRun(PageKind kind, int offset, int length) throws IOException {
    EncodedPage.apply(source(), new PageRun(BLOCK, 0, 1, kind, length, offset, 0), page);
  }

  /** Appends a delta and returns the offset of its data. */
  private int delta(byte... data) {
    image.u8(1).be16(data.length).raw(data);
    return image.size() - data.length;
  }

  private byte[] expected(int at, int value) {
    byte[] bytes = new byte[PAGE];
    bytes[at] = (byte) value;
    return bytes;
  }

  @Test
  void deltaChangesThePageByRunAndByOffset() throws IOException {
    int at = delta((byte) 9, (byte) 1, (byte) 5);
    byRun(PageKind.XBZRLE, at, 3);
    assertArrayEquals(expected(9, 5), page);
    Arrays.fill(page, (byte) 0);
    byOffset(PageKind.XBZRLE, at);
    assertArrayEquals(expected(9, 5), page);
  }

  @Test
  void deltaOf2011IsReadInTheOrderOfItsSender() throws IOException {
    image.be32(0).be16(0x0123).be16(40).u8(1);
    int big = image.size();
    for (long word : new long[] {0, 100, 5, 0, 411}) {
      image.be64(word);
    }
    byOffset(PageKind.XBZRLE_2011, big);
    assertArrayEquals(expected(807, 5), page);
    Arrays.fill(page, (byte) 0);
    image.be32(0).be16(0x2301).be16(40).u8(1);
    int little = image.size();
    for (long word : new long[] {0, 100, 5, 0, 411}) {
      image.be64(Long.reverseBytes(word));
    }
    byOffset(PageKind.XBZRLE_2011, little);
    assertArrayEquals(expected(800, 5), page);
  }

  private int deflated() {
    byte[] content = new byte[PAGE];
    content[4000] = 9;
    byte[] out = new byte[PAGE];
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(content);
      deflater.finish();
      int length = deflater.deflate(out);
      image.be32(length).raw(Arrays.copyOf(out, length));
      return image.size() - length;
    }
  }

  @Test
  void compressedPageReplacesWhatWasThere() throws IOException {
    Arrays.fill(page, (byte) 0x33);
    byOffset(PageKind.ZLIB, deflated());
    assertArrayEquals(expected(4000, 9), page);
  }

  private void bad(PageKind kind, int offset, Reason reason, String words) {
    MalformedDataException e =
        assertThrows(MalformedDataException.class, () -> byOffset(kind, offset));
    assertEquals("encoded page: " + words, e.words());
    assertEquals(reason, e.reason());
    assertEquals(offset, e.offset());
    assertEquals("pc.ram", e.path());
  }

  @Test
  void dataThatDoesNotDecodeIsTold() {
    bad(
        PageKind.XBZRLE,
        delta((byte) 9, (byte) 2, (byte) 5),
        Reason.DELTA_DAMAGED,
        "new bytes pass the end of the delta");
    image.be32(4).be32(0x01020304);
    bad(
        PageKind.ZLIB,
        image.size() - 4,
        Reason.COMPRESSED_PAGE_DAMAGED,
        "no zlib stream: incorrect header check");
  }

  /** The file may have changed since the pass, so the length is checked again. */
  @Test
  void lengthThatNoPageHasIsRefused() {
    image.be32(4111);
    bad(
        PageKind.ZLIB,
        image.size(),
        Reason.COMPRESSED_PAGE_DAMAGED,
        "expected at most one page, found 4111 bytes");
    image.be16(4111);
    bad(
        PageKind.XBZRLE,
        image.size(),
        Reason.DELTA_DAMAGED,
        "expected at most one page, found 4111 bytes");
  }

  @Test
  void longestLengthIsZlibsBound() {
    image.be32(4110).be32(0x01020304).zeros(4106);
    bad(
        PageKind.ZLIB,
        image.size() - 4110,
        Reason.COMPRESSED_PAGE_DAMAGED,
        "no zlib stream: incorrect header check");
  }

  @ParameterizedTest
  @EnumSource(names = {"ZERO", "FILL", "DATA"})
  void pagesThatAreNotEncodedCannotBeDecoded(PageKind kind) {
    assertThrows(IllegalArgumentException.class, () -> byOffset(kind, 10));
    assertThrows(IllegalArgumentException.class, () -> byRun(kind, 10, 1));
  }
}
