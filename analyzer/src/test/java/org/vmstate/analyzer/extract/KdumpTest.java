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
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.samples.Samples;
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
      assertTrue(refused.getMessage().contains("needs a file"), refused.getMessage());
    }
    assertTrue(Files.exists(image));
  }
}
