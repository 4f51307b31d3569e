package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.ram.FixedRamWriter;
import org.vmstate.writer.ram.PlacedPages;

/** Pages at their places in a file: which bytes are written where, and which stay holes. */
class PlacedPagesTest {
  private static final int PAGE = 4096;
  private static final int AREA = 10_000;
  private static final int PAGES = 5;

  /** The last page is a part of one. */
  private static final int LENGTH = PAGES * PAGE - 1000;

  private static final RamBlock BLOCK = new RamBlock(0, "r", LENGTH, PAGE, 0, -1, Optional.empty());

  @TempDir Path folder;

  private final List<String> places = new ArrayList<>();
  private FileSink file;
  private PlacedPages pages;

  @BeforeEach
  void open() throws IOException {
    file = sink("file");
    pages =
        new PlacedPages(
            true,
            (block, from, length, place) -> {
              places.add(from + "+" + length);
              // in two pieces, as where the image is itself inside of something
              long first = Math.min(length, 100);
              place.at(from, first, file, AREA + from);
              place.at(from + first, length - first, file, AREA + from + first);
            });
    pages.add(BLOCK);
  }

  @AfterEach
  void close() throws IOException {
    pages.close();
    file.close();
  }

  private FileSink sink(String name) throws IOException {
    return new FileSink(
        FileChannel.open(
            folder.resolve(name),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE),
        null,
        0);
  }

  private static ByteBuffer filled(int value, int count) {
    return ByteBuffer.wrap(new ImageBytes().fill(value, count).toBytes());
  }

  private void written(String... expected) {
    assertEquals(List.of(expected), places);
    places.clear();
  }

  /** The file's bytes from the first page on. */
  private byte[] area() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
    file.readAt(AREA, bytes);
    return bytes.array();
  }

  private static byte[] expected(int from, int value, int count) {
    byte[] bytes = new byte[LENGTH];
    Arrays.fill(bytes, from, from + count, (byte) value);
    return bytes;
  }

  private byte[] page(int number) throws IOException {
    ByteBuffer target = filled(0x55, PAGE + 20).position(10).limit(PAGE + 10);
    pages.get(0, number, target);
    assertEquals(PAGE + 10, target.position());
    assertEquals(PAGE + 10, target.limit());
    assertEquals(0x55, target.get(9));
    assertEquals(0x55, target.array()[PAGE + 10]);
    return Arrays.copyOfRange(target.array(), 10, PAGE + 10);
  }

  @Test
  void pagesWithBytesAreWrittenTogetherAndZeroPagesNot() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(5 * PAGE - 1000 + 7).position(7);
    data.put(7 + PAGE, (byte) 1).put(7 + 3 * PAGE - 1, (byte) 2).put(7 + 4 * PAGE, (byte) 3);
    pages.put(0, 0, data);
    assertEquals(0, data.remaining());
    written(PAGE + "+" + 2 * PAGE, 4 * PAGE + "+" + (PAGE - 1000));
    byte[] expected = new byte[LENGTH];
    expected[PAGE] = 1;
    expected[3 * PAGE - 1] = 2;
    expected[4 * PAGE] = 3;
    assertArrayEquals(expected, area());
    assertEquals(AREA + LENGTH, Files.size(folder.resolve("file")));
    assertEquals(1, page(1)[0]);
    assertEquals(2, page(2)[PAGE - 1]);
    assertEquals(3, page(4)[0]);
    assertArrayEquals(new byte[PAGE], page(0));
  }

  @Test
  void pagesMayComeInAnyOrderAndAgain() throws IOException {
    pages.put(0, 3, filled(1, PAGE));
    pages.put(0, 1, filled(2, PAGE));
    pages.put(0, 3, filled(3, PAGE));
    assertEquals(3, page(3)[0]);
    assertEquals(2, page(1)[PAGE - 1]);
    assertEquals(0, page(2)[0]);
  }

  /** Zeros are written where there was data, and nowhere else. */
  @Test
  void pageThatBecomesZeroIsWrittenOver() throws IOException {
    pages.put(0, 1, filled(1, 3 * PAGE));
    places.clear();
    pages.put(0, 0, ByteBuffer.allocate(PAGE));
    written();
    pages.put(0, 2, ByteBuffer.allocate(PAGE));
    written(2 * PAGE + "+" + PAGE);
    assertArrayEquals(new byte[PAGE], page(2));
    places.clear();
    byte[] expected = expected(PAGE, 1, 3 * PAGE);
    Arrays.fill(expected, 2 * PAGE, 3 * PAGE, (byte) 0);
    assertArrayEquals(expected, area());
    pages.zero(0, 0, 5);
    written(PAGE + "+" + PAGE, 3 * PAGE + "+" + PAGE);
    pages.zero(0, 0, 5);
    written();
    assertArrayEquals(new byte[LENGTH], area());
  }

  @Test
  void zerosOfALastPageEndWithTheBlock() throws IOException {
    pages.put(0, 4, filled(1, PAGE - 1000));
    places.clear();
    pages.zero(0, 4, 1);
    written(4 * PAGE + "+" + (PAGE - 1000));
    assertArrayEquals(new byte[LENGTH], area());
  }

  /** The file may go on with something else. */
  @Test
  void lastPageIsReadUpToTheEndOfTheBlock() throws IOException {
    pages.put(0, 4, filled(1, PAGE - 1000));
    file.writeAt(AREA + LENGTH, filled(7, 1000));
    byte[] expected = new byte[PAGE];
    Arrays.fill(expected, 0, PAGE - 1000, (byte) 1);
    assertArrayEquals(expected, page(4));
  }

  @Test
  void lastPageThatBeginsWithZerosIsWritten() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(2 * PAGE - 1000).put(2 * PAGE - 1001, (byte) 1);
    pages.put(0, 3, data);
    written(4 * PAGE + "+" + (PAGE - 1000));
    assertEquals(1, page(4)[PAGE - 1001]);
  }

  @Test
  void onlyPagesOfTheRangeBecomeZero() throws IOException {
    pages.put(0, 0, filled(1, 4 * PAGE));
    places.clear();
    pages.zero(0, 1, 2);
    written(PAGE + "+" + PAGE, 2 * PAGE + "+" + PAGE);
    assertEquals(1, page(0)[0]);
    assertEquals(1, page(3)[0]);
  }

  @Test
  void pagesAreFilledWithAByte() throws IOException {
    pages.fill(0, 1, 3, 9);
    assertArrayEquals(expected(PAGE, 9, 3 * PAGE), area());
    assertEquals(9, page(3)[PAGE - 1]);
  }

  /** One MiB is filled at a time. */
  @ParameterizedTest
  @ValueSource(ints = {255, 256, 257, 600})
  void manyPagesAreFilledWithAByte(int count) throws IOException {
    RamBlock large = new RamBlock(1, "large", 700L * PAGE, PAGE, 0, -1, Optional.empty());
    pages.add(large);
    pages.fill(1, 2, count, 9);
    ByteBuffer bytes = ByteBuffer.allocate(700 * PAGE);
    file.readAt(AREA, bytes);
    byte[] expected = new byte[700 * PAGE];
    Arrays.fill(expected, 2 * PAGE, (2 + count) * PAGE, (byte) 9);
    assertArrayEquals(expected, bytes.array());
  }

  @Test
  void pagesOfAnotherFileAreTakenAsTheyAre() throws IOException {
    Path other = folder.resolve("other");
    Files.write(other, new ImageBytes().fill(1, 50).fill(2, 2 * PAGE).toBytes());
    try (FileChannel source = FileChannel.open(other)) {
      pages.transfer(0, 1, 2, source, 50);
    }
    written(PAGE + "+" + 2 * PAGE);
    assertArrayEquals(expected(PAGE, 2, 2 * PAGE), area());
    assertEquals(2, page(2)[0]);
    pages.zero(0, 0, 5);
    assertArrayEquals(new byte[LENGTH], area());
  }

  @Test
  void lastPageOfAnotherFileEndsWithTheBlock() throws IOException {
    Path other = folder.resolve("other");
    Files.write(other, new ImageBytes().fill(2, 2 * PAGE).toBytes());
    try (FileChannel source = FileChannel.open(other)) {
      pages.transfer(0, 3, 2, source, 0);
    }
    written(3 * PAGE + "+" + (2 * PAGE - 1000));
    assertEquals(AREA + LENGTH, Files.size(folder.resolve("file")));
  }

  @Test
  void transferIsPossibleWhereItWasSaidToBe() {
    assertTrue(pages.isTransferable());
    try (PlacedPages others = new PlacedPages(false, (_, _, _, _) -> {})) {
      assertFalse(others.isTransferable());
    }
  }

  @Test
  void closedPagesCannotBeUsed() {
    PlacedPages others = new PlacedPages(false, (_, _, _, _) -> {});
    others.add(BLOCK);
    others.close();
    assertThrows(IllegalStateException.class, () -> others.zero(0, 0, 1));
  }

  private static RamBlock block(int index, String name, long pages) {
    return new RamBlock(index, name, pages * PAGE, PAGE, 0, -1, Optional.empty());
  }

  /** Writes an image around a list of blocks. */
  private ReadBack image(boolean proposal2022, int alignment, List<RamBlock> blocks, Pages content)
      throws IOException {
    Path path = folder.resolve("image");
    try (FileSink sink = sink("image");
        FixedRamWriter writer =
            new FixedRamWriter(
                sink,
                proposal2022 ? StreamLayout.FIXED_RAM_2022 : StreamLayout.MAPPED_RAM,
                alignment)) {
      String capability = proposal2022 ? "fixed-ram" : "mapped-ram";
      sink.write(
          new ImageBytes()
              .header()
              .configuration("pc", capability)
              .section(1, 1, "ram", 0, 4)
              .toBytes());
      long end = sink.position() + 8;
      List<RamBlock> placed = writer.list(blocks);
      int header = proposal2022 ? 12 : 28;
      for (RamBlock block : placed) {
        MappedBlock mapped = block.mapped().orElseThrow();
        long at = end + 1 + block.name().length() + 8;
        assertEquals(at, mapped.headerOffset());
        assertEquals(at + header, mapped.bitmapOffset());
        assertEquals((block.pages() + 63) / 64 * 8, mapped.bitmapLength());
        long area = at + header + mapped.bitmapLength();
        assertEquals((area + alignment - 1) / alignment * alignment, mapped.pagesOffset());
        end = mapped.pagesOffset() + block.usedLength();
      }
      assertEquals(end, sink.position());
      content.put(writer.pages());
      writer.finish();
      ImageBytes rest = new ImageBytes().eos().footer(1).again(3, 1);
      sink.write((proposal2022 ? rest : rest.eos()).footer(1).u8(0).toBytes());
      sink.flush();
    }
    return ReadBack.of(path);
  }

  /** Puts pages. */
  private interface Pages {
    void put(PlacedPages pages) throws IOException;
  }

  @ParameterizedTest
  @CsvSource({"false, 1", "false, 4096", "false, 1048576", "true, 4096"})
  void fixedLayoutIsReadBack(boolean proposal2022, int alignment) throws IOException {
    List<RamBlock> blocks = List.of(block(0, "pc.ram", 130), block(1, "vga", 3));
    ReadBack read =
        image(
            proposal2022,
            alignment,
            blocks,
            pages -> {
              pages.put(0, 1, filled(7, 2 * PAGE));
              pages.put(0, 129, filled(8, PAGE));
              pages.put(1, 2, filled(9, PAGE));
            });
    byte[] ram = new byte[130 * PAGE];
    Arrays.fill(ram, PAGE, 3 * PAGE, (byte) 7);
    Arrays.fill(ram, 129 * PAGE, 130 * PAGE, (byte) 8);
    assertArrayEquals(ram, read.memory.getFirst());
    assertEquals(9, read.memory.getLast()[2 * PAGE]);
    assertEquals(
        List.of("1+2", "129+1", "2+1"),
        read.runs.stream()
            .filter(run -> run.kind() == PageKind.DATA)
            .map(run -> run.firstPage() + "+" + run.count())
            .toList());
    assertEquals(proposal2022 ? 0 : 1, read.blocks.getFirst().mapped().orElseThrow().version());
    assertEquals(
        133 * PAGE,
        read.elements.stream()
            .filter(Event.RamTotal.class::isInstance)
            .mapToLong(e -> ((Event.RamTotal) e).total())
            .sum());
  }
}
