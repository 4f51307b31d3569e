package org.vmstate.analyzer.extract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.compress.PageCompression;

/** A kdump has the same memory as the flat form; it is read here by the letter of its format. */
class KdumpTest {
  private static final int BLOCK = 4096;
  private static final int DESCRIPTOR = 24;

  @TempDir Path folder;

  private static Extractor extractor() {
    return new Extractor(ParseOptions.DEFAULT, null, 2, Progress.NONE, note -> {});
  }

  private static ByteBuffer read(FileChannel file, long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) >= 0) {}
    return bytes.rewind();
  }

  static byte[] inflate(byte[] data) {
    byte[] page = new byte[BLOCK];
    Inflater inflater = new Inflater();
    inflater.setInput(data);
    try {
      assertEquals(BLOCK, inflater.inflate(page));
    } catch (DataFormatException e) {
      throw new AssertionError(e);
    } finally {
      inflater.end();
    }
    return page;
  }

  private static byte[] decompress(byte[] data, int flags) {
    byte[] page = new byte[BLOCK];
    switch (flags) {
      case 0 -> System.arraycopy(data, 0, page, 0, BLOCK);
      case 1 -> {
        return inflate(data);
      }
      default -> assertEquals(BLOCK, Zstd.decompress(page, data));
    }
    return page;
  }

  @ParameterizedTest
  @CsvSource({"riscv,ZLIB", "riscv,ZSTD", "riscv,NONE", "virt,ZLIB"})
  void memoryIsThatOfTheFlatForm(String sample, PageCompression compression) throws Exception {
    Path image = folder.resolve("image");
    Path dump = folder.resolve("dump");
    Path raw = folder.resolve("raw");
    Samples.unpack(sample, image);
    try (ByteSource source = ImageReader.open(image);
        Destination target = Destination.file(dump, false, false)) {
      target.commit(extractor().kdump(source, compression, target), false);
    }
    try (ByteSource source = ImageReader.open(image);
        Destination target = Destination.file(raw, false, false)) {
      target.commit(extractor().raw(source, image, target), false);
    }
    try (FileChannel file = FileChannel.open(dump);
        FileChannel flat = FileChannel.open(raw)) {
      ByteBuffer head = read(file, 0, 2 * BLOCK);
      assertEquals("KDUMP   ", new String(head.array(), 0, 8, StandardCharsets.US_ASCII));
      assertEquals(6, head.getInt(8));
      assertEquals(compression.flag(), head.getInt(424));
      assertEquals(BLOCK, head.getInt(428));
      assertEquals(1, head.getInt(460));
      int bitmaps = head.getInt(436) * BLOCK;
      long bitmap = (1L + head.getInt(432)) * BLOCK;
      ByteBuffer exists = read(file, bitmap, bitmaps / 2);
      assertEquals(exists, read(file, bitmap + bitmaps / 2, bitmaps / 2));
      long pages = head.getLong(BLOCK + 96);
      assertEquals(head.getInt(440), pages);
      long descriptor = bitmap + bitmaps;
      long used = 0;
      for (long page = 0; page < pages; page++) {
        if ((exists.get((int) (page >> 3)) >> (page & 7) & 1) == 0) {
          continue;
        }
        ByteBuffer entry = read(file, descriptor, DESCRIPTOR);
        descriptor += DESCRIPTOR;
        if (page * BLOCK >= flat.size()) {
          continue;
        }
        byte[] data = read(file, entry.getLong(0), entry.getInt(8)).array();
        byte[] expected = read(flat, page * BLOCK, BLOCK).array();
        if (used == 0 || !Arrays.equals(expected, new byte[BLOCK])) {
          assertArrayEquals(expected, decompress(data, entry.getInt(12)), "page " + page);
          used++;
        }
      }
      assertTrue(used > 1, "pages with data " + used);
      assertTrue(descriptor <= file.size(), "descriptors end in the file");
    }
  }

  /** Returns where an image has its first page with data. */
  private static long firstPage(Path image) throws IOException {
    List<Long> offsets = new ArrayList<>();
    try (ByteSource source = ImageReader.open(image)) {
      ImageReader.read(
          source,
          ParseOptions.DEFAULT,
          event -> {
            if (event instanceof Event.RamPages e && e.run().kind() == PageKind.DATA) {
              offsets.add(e.run().offset());
            }
          });
    }
    return offsets.getFirst();
  }

  @ParameterizedTest
  @ValueSource(strings = {"qemu", "qemu-mapped-ram", "libvirt-zstd", "libvirt-sparse"})
  void guestsOwnNoteIsFoundInEveryLayout(String format) throws Exception {
    Path image = folder.resolve("image");
    Samples.unpack("virt", image);
    byte[] text = "OSRELEASE=6.1.0-test\n".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer note = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    note.putInt(11).putInt(text.length).putInt(0);
    note.put("VMCOREINFO\0\0".getBytes(StandardCharsets.US_ASCII)).put(text).rewind();
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
      file.write(note, firstPage(image));
    }
    Path converted = folder.resolve("converted");
    ConvertOptions options = ConvertOptions.to(FormatId.of(format).orElseThrow());
    if (format.startsWith("libvirt")) {
      options = options.withXml("<domain type='qemu'><name>n</name></domain>");
    }
    try (ByteSource source = ImageReader.open(image);
        Destination target = Destination.file(converted, false, false)) {
      Converter converter =
          new Converter(options, ParseOptions.DEFAULT, Progress.NONE, message -> {});
      target.commit(converter.convert(source, image, target), false);
    }
    Path dump = folder.resolve("dump");
    try (ByteSource source = ImageReader.open(converted);
        Destination target = Destination.file(dump, false, false)) {
      target.commit(extractor().kdump(source, PageCompression.ZSTD, target), false);
    }
    try (FileChannel file = FileChannel.open(dump)) {
      ByteBuffer head = read(file, 0, 2 * BLOCK);
      assertEquals("6.1.0-test", new String(head.array(), 142, 10, StandardCharsets.US_ASCII));
      ByteBuffer own = read(file, head.getLong(BLOCK + 32), (int) head.getLong(BLOCK + 40));
      assertEquals(ByteBuffer.wrap(text), own);
    }
  }

  @Test
  void firmwareAboveMemoryIsLeftOut() throws Exception {
    Path image = folder.resolve("image");
    Path dump = folder.resolve("dump");
    Samples.unpack("riscv", image);
    Path map = folder.resolve("map.json");
    Files.writeString(
        map,
        """
        {"ranges": [
          {"start": 0, "length": 4096, "block": "riscv_virt_board.ram", "offset": 0, "kind": "ram"},
          {"start": 1048576, "length": 4096, "block": "riscv_virt_board.mrom", "offset": 0,
           "kind": "rom"}]}
        """);
    try (ByteSource source = ImageReader.open(image);
        Destination target = Destination.file(dump, false, false)) {
      Extractor extractor =
          new Extractor(ParseOptions.DEFAULT, map, 2, Progress.NONE, message -> {});
      target.commit(extractor.kdump(source, PageCompression.ZSTD, target), false);
    }
    try (FileChannel file = FileChannel.open(dump)) {
      assertEquals(1, read(file, 440, 4).getInt(0), "pages");
    }
  }

  @Test
  void kdumpNeedsAFile() throws IOException {
    Path image = folder.resolve("image");
    Samples.unpack("riscv", image);
    try (ByteSource source = ImageReader.open(image);
        Destination target = Destination.stream(new ByteArrayOutputStream())) {
      ConversionException refused =
          assertThrows(
              ConversionException.class,
              () -> extractor().kdump(source, PageCompression.ZLIB, target));
      assertTrue(refused.getMessage().contains("give the name of a file"), refused.getMessage());
    }
    assertTrue(Files.exists(image));
  }
}
