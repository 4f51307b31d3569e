package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.testkit.ImageBytes;

class MappedRamTest {
  private static final int PAGES = 70;
  private static final int LENGTH = PAGES * 4096;

  /** Up to and including the used length of the only block. */
  private static ImageBytes head(String capability) {
    return new ImageBytes()
        .header()
        .configuration("pc", capability)
        .section(1, 1, "ram", 0, 4)
        .be64(LENGTH | 4)
        .name("r")
        .be64(LENGTH);
  }

  private static byte[] end(ImageBytes image) {
    image.eos().footer(1).again(3, 1).eos().footer(1).u8(0);
    return image.toBytes();
  }

  /** Pages 1 and 65 hold data; the bitmap is written in the given order. */
  private static byte[] image(BitmapOrder order) {
    ImageBytes image = head("mapped-ram");
    int bitmap = image.size() + 28;
    image.be32(1).be64(4096).be64(bitmap).be64(8192);
    for (long word : new long[] {2, 2}) {
      switch (order) {
        case LITTLE -> image.be64(Long.reverseBytes(word));
        case BIG_64 -> image.be64(word);
        case BIG_32 -> image.be32(word).be32(word >>> 32);
      }
    }
    image.padTo(8192);
    for (int page = 0; page < PAGES; page++) {
      image.fill(page % 64 == 1 ? 9 : 0, 4096);
    }
    return end(image);
  }

  @ParameterizedTest
  @EnumSource
  void bitmapOrderIsFoundByLookingAtTheDisputedPages(BitmapOrder order) throws IOException {
    Recording r = Recording.withMemory(image(order), Recording.Place.HEAP);
    assertEquals(order, r.blocks.getFirst().mapped().orElseThrow().order());
    assertEquals(
        List.of(1L, 65L),
        r.runs.stream()
            .filter(run -> run.kind() == PageKind.DATA)
            .map(run -> run.firstPage())
            .toList());
    assertEquals(9, r.memory(0)[65 * 4096]);
  }

  @Test
  void everyByteOfAMappedImageIsCovered() throws IOException {
    for (Recording.Place place : List.of(Recording.Place.HEAP, Recording.Place.FILE)) {
      Recording r = Recording.of(image(BitmapOrder.LITTLE), ParseOptions.DEFAULT, place);
      assertEquals(1, r.all(Event.PageArea.class).size());
      assertEquals(1, r.all(Event.Gap.class).size());
    }
  }

  @Test
  void staleDataUnderAClearBitIsNotRead() throws IOException {
    byte[] image = image(BitmapOrder.LITTLE);
    image[8192 + 5 * 4096] = 77;
    assertEquals(0, Recording.withMemory(image, Recording.Place.HEAP).memory(0)[5 * 4096]);
  }

  @Test
  void mappedRamFromAPipeIsRefused() {
    UnsupportedFeatureException e =
        assertThrows(
            UnsupportedFeatureException.class,
            () ->
                Recording.of(
                    image(BitmapOrder.LITTLE), ParseOptions.DEFAULT, Recording.Place.PIPE));
    assertEquals(
        "mapped-ram from a pipe: this layout needs a file, so write the pipe to one first",
        e.words());
  }

  @Test
  void headerVersion2IsUnsupported() {
    ImageBytes image = head("mapped-ram");
    int at = image.size();
    refused(
        image.be32(2).zeros(24).toBytes(),
        UnsupportedFeatureException.class,
        at,
        "expected 1, found 2");
  }

  @Test
  void otherPageSizeInTheHeaderIsMalformed() {
    ImageBytes image = head("mapped-ram");
    int at = image.size();
    refused(
        image.be32(1).be64(8192).be64(at + 28).be64(8192).toBytes(),
        MalformedDataException.class,
        at + 4,
        "expected 4096, found 8192");
  }

  @Test
  void bitmapOverTheHeaderIsMalformed() {
    ImageBytes image = head("mapped-ram");
    int at = image.size();
    refused(
        image.be32(1).be64(4096).be64(at).be64(8192).zeros(400000).toBytes(),
        MalformedDataException.class,
        at,
        "bitmap offset");
  }

  @Test
  void pagesOverTheBitmapAreMalformed() {
    ImageBytes image = head("mapped-ram");
    int at = image.size();
    refused(
        image.be32(1).be64(4096).be64(at + 28).be64(at + 30).zeros(400000).toBytes(),
        MalformedDataException.class,
        at,
        "pages offset");
  }

  @Test
  void offsetsNear2To63AreMalformed() {
    for (long offset : new long[] {Long.MAX_VALUE, -1, Long.MIN_VALUE, Long.MAX_VALUE - 4095}) {
      ImageBytes image = head("mapped-ram");
      int at = image.size();
      refused(
          image.be32(1).be64(4096).be64(at + 28).be64(offset).zeros(400000).toBytes(),
          MalformedDataException.class,
          at,
          "pages offset");
      image = head("mapped-ram");
      refused(
          image.be32(1).be64(4096).be64(offset).be64(8192).zeros(400000).toBytes(),
          MalformedDataException.class,
          at,
          "bitmap offset");
    }
  }

  @Test
  void pageRecordInAFixedLayoutIsMalformed() {
    byte[] whole = image(BitmapOrder.LITTLE);
    int eos = 8192 + LENGTH;
    ImageBytes image = new ImageBytes().raw(Arrays.copyOf(whole, eos));
    refused(image.be64(2).name("r").u8(0).toBytes(), MalformedDataException.class, eos, "no page");
  }

  private static byte[] proposal2022() {
    ImageBytes image = head("fixed-ram");
    image.be32(16).be64(8192).be64(Long.reverseBytes(2)).be64(0).padTo(8192);
    image.zeros(4096).fill(9, 4096).zeros(LENGTH - 8192);
    // only START has an end mark
    image.eos().footer(1).again(2, 1).footer(1).again(3, 1).footer(1).u8(0);
    return image.toBytes();
  }

  @Test
  void layoutOf2022IsRecognisedByItsCapabilityAndHeader() throws IOException {
    Recording r = Recording.withMemory(proposal2022(), Recording.Place.HEAP);
    assertEquals(9, r.memory(0)[4096]);
    Recording.of(proposal2022());
  }

  @Test
  void layoutOf2022CanBeChosen() throws IOException {
    Recording r =
        Recording.of(
            proposal2022(),
            ParseOptions.DEFAULT.withFormat(FormatId.QEMU_FIXED_RAM),
            Recording.Place.FILE);
    assertEquals(8192, r.blocks.getFirst().mapped().orElseThrow().pagesOffset());
  }

  @Test
  void laterProposalsUnderTheOldNameHaveTodaysHeader() throws IOException {
    byte[] bytes = image(BitmapOrder.LITTLE);
    ImageBytes image = head("fixed-ram");
    int bitmap = image.size() + 28;
    image.be32(1).be64(4096).be64(bitmap).be64(8192).be64(Long.reverseBytes(2));
    image.be64(0).padTo(8192).raw(Arrays.copyOfRange(bytes, 8192, bytes.length));
    Recording r = Recording.of(image.toBytes());
    assertEquals(1, r.blocks.getFirst().mapped().orElseThrow().version());
  }
}
