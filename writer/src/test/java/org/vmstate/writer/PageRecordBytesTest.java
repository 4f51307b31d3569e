package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.ram.BlockListWriter;
import org.vmstate.writer.ram.PageRecordWriter;

/** Block lists and page records, byte for byte. */
class PageRecordBytesTest {
  private static final int PAGE = 4096;
  private static final RamBlock RAM = block(0, "pc.ram");
  private static final RamBlock VGA = block(1, "vga");

  private static RamBlock block(int index, String name) {
    return new RamBlock(index, name, 16 * PAGE, PAGE, 0, -1, Optional.empty());
  }

  /** Writes page records. */
  private interface Records {
    void write(PageRecordWriter writer) throws IOException;
  }

  private static void records(ImageBytes expected, Records records) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(out)) {
      PageRecordWriter writer = new PageRecordWriter(sink);
      records.write(writer);
      writer.end();
    }
    assertArrayEquals(expected.eos().toBytes(), out.toByteArray());
  }

  private static ByteBuffer filled(int value, int count) {
    return ByteBuffer.wrap(new ImageBytes().fill(value, count).toBytes());
  }

  @Test
  void recordOfTheSameBlockContinues() throws IOException {
    ImageBytes expected = new ImageBytes().be64(0x3002).name("pc.ram").u8(0);
    expected.be64(0x4022).u8(0).be64(0x2002).name("vga").u8(9).be64(2).name("pc.ram").u8(0);
    records(
        expected,
        writer -> {
          writer.fill(RAM, 3, 2, 0);
          writer.fill(VGA, 2, 1, 9);
          writer.fill(RAM, 0, 1, 0);
        });
  }

  @Test
  void wholePagesAreDataOrZero() throws IOException {
    ImageBytes expected = new ImageBytes().be64(0x1008).name("pc.ram").fill(7, PAGE);
    expected.be64(0x2022).u8(0).be64(0x3028).zeros(PAGE - 1).u8(1);
    ByteBuffer pages = ByteBuffer.allocate(3 * PAGE + 5).position(5);
    pages.slice().put(filled(7, PAGE)).position(3 * PAGE - 1).put((byte) 1);
    records(expected, writer -> writer.data(RAM, 1, pages));
    assertEquals(0, pages.remaining());
  }

  @Test
  void deltaOfTodayHasEncodingAndLength() throws IOException {
    ImageBytes expected = new ImageBytes().be64(0x1040).name("pc.ram").u8(1).be16(300);
    records(expected.fill(5, 300), writer -> writer.xbzrle(RAM, 1, filled(5, 300)));
  }

  @Test
  void deltaOf2011HasTheNumberInTheOrderOfItsSender() throws IOException {
    ImageBytes expected = new ImageBytes().be64(0x1040).name("pc.ram").be32(0);
    expected.u8(0x23).u8(0x01).be16(16).u8(1).fill(5, 16);
    expected.be64(0x2060).be32(0).u8(0x01).u8(0x23).be16(24).u8(1).fill(6, 24);
    records(
        expected,
        writer -> {
          writer.xbzrle2011(RAM, 1, filled(5, 16), true);
          writer.xbzrle2011(RAM, 2, filled(6, 24), false);
        });
  }

  @Test
  void compressedPageHasItsLength() throws IOException {
    ImageBytes expected = new ImageBytes().be64(0x1100).name("pc.ram").be32(300).fill(5, 300);
    records(expected, writer -> writer.compressed(RAM, 1, filled(5, 300)));
  }

  /** What is written passes a buffer of 256 KiB, wherever a record meets its end. */
  @ParameterizedTest
  @ValueSource(ints = {262144 - 15 - 4, 262144 - 15 - 3, 262144 - 20, 262144 - 280, 262144 - 285})
  void recordsMayMeetTheEndOfTheBuffer(int length) throws IOException {
    String name = "n".repeat(255);
    RamBlock longest = block(2, name);
    ImageBytes expected = new ImageBytes().be64(0x100).name("pc.ram").be32(length);
    expected.fill(5, length).be64(2).name(name).u8(0).be64(0x1028).fill(6, PAGE);
    expected.be64(0x2060).u8(1).be16(9).fill(7, 9);
    records(
        expected,
        writer -> {
          writer.compressed(RAM, 0, filled(5, length));
          writer.fill(longest, 0, 1, 0);
          writer.data(longest, 1, filled(6, PAGE));
          writer.xbzrle(longest, 2, filled(7, 9));
        });
  }

  @Test
  void recordsAreKeptUntilTheBufferIsFull() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(out)) {
      PageRecordWriter writer = new PageRecordWriter(sink);
      for (int page = 0; page < 16; page++) {
        writer.data(RAM, page, filled(6, PAGE));
      }
      assertEquals(0, sink.position());
    }
  }

  @Test
  void flushHandsOverWhatIsThere() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(out)) {
      PageRecordWriter writer = new PageRecordWriter(sink);
      writer.fill(RAM, 0, 1, 0);
      assertEquals(0, sink.position());
      writer.flush();
      assertEquals(16, sink.position());
      writer.fill(RAM, 1, 1, 0);
      writer.flush();
      assertEquals(25, sink.position());
    }
  }

  /** Writes parts of a list. */
  private interface Parts {
    void write(BlockListWriter writer) throws IOException;
  }

  private static void list(ImageBytes expected, Parts parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(out)) {
      parts.write(new BlockListWriter(sink));
    }
    assertArrayEquals(expected.toBytes(), out.toByteArray());
  }

  @Test
  void listBeginsWithTheTotalAndItsFlag() throws IOException {
    list(new ImageBytes().be64(0x10004), w -> w.total(0x10000));
    list(new ImageBytes().be64(0x10024), w -> w.word(0x10024));
  }

  @Test
  void entryHasWhatItsBlockHas() throws IOException {
    for (long size : new long[] {0, 0x200000}) {
      for (long address : new long[] {-1, 0, 0x40000000L}) {
        ImageBytes expected = new ImageBytes().name("pc.ram").be64(0x10000);
        if (size != 0) {
          expected.be64(size);
        }
        if (address >= 0) {
          expected.be64(address);
        }
        list(
            expected,
            w ->
                w.entry(new RamBlock(0, "pc.ram", 0x10000, PAGE, size, address, Optional.empty())));
      }
    }
  }

  @Test
  void headersOfFixedLayoutsHaveTheirForm() throws IOException {
    MappedBlock block = new MappedBlock(1, PAGE, 100, 200, 8, 0x100000, BitmapOrder.LITTLE);
    list(
        new ImageBytes().be32(1).be64(PAGE).be64(200).be64(0x100000),
        w -> w.header(StreamLayout.MAPPED_RAM, block));
    list(
        new ImageBytes().be32(8).be64(0x100000), w -> w.header(StreamLayout.FIXED_RAM_2022, block));
  }
}
