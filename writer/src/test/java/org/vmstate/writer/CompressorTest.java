package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.parser.compress.Decompressor;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.writer.compress.Compressor;

/** Every compressor is undone by its decompressor. */
class CompressorTest {
  private static final int LENGTH = 700_000;

  private static byte[] content() {
    byte[] content = new byte[LENGTH];
    Random random = new Random(5);
    for (int at = 0; at < LENGTH; at += 4096) {
      byte[] page = new byte[4096];
      if (random.nextInt(3) == 0) {
        random.nextBytes(page);
      }
      System.arraycopy(page, 0, content, at, Math.min(4096, LENGTH - at));
    }
    return content;
  }

  private static byte[] compress(Compression compression, OptionalInt level, byte[] content)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = Compressor.open(compression, level, bytes)) {
      for (int at = 0; at < content.length; at += 77_777) {
        out.write(content, at, Math.min(77_777, content.length - at));
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] decompress(Compression compression, byte[] compressed) throws IOException {
    HeapSource source = new HeapSource(compressed, 0, new StructurePath());
    return new Decompressor(source, compression, false).readAllBytes();
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"RAW", "SPARSE"})
  void decompressingGivesTheContentBack(Compression compression) throws IOException {
    byte[] content = content();
    int[] levels = Compressor.levels(compression);
    for (OptionalInt level : new OptionalInt[] {OptionalInt.empty(), OptionalInt.of(levels[0])}) {
      byte[] compressed = compress(compression, level, content);
      assertTrue(compressed.length < content.length, compression + ": " + compressed.length);
      assertTrue(HexFormat.of().formatHex(compressed).startsWith(compression.magic()));
      assertArrayEquals(content, decompress(compression, compressed));
      assertArrayEquals(compressed, compress(compression, level, content), "not deterministic");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"RAW", "SPARSE"})
  void nothingCompressedIsNothing(Compression compression) throws IOException {
    assertEquals(
        0, decompress(compression, compress(compression, OptionalInt.empty(), new byte[0])).length);
  }
}
