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
import org.vmstate.parser.compress.Unpacker;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.writer.compress.Packer;

/** Every packer is undone by its unpacker. */
class PackerTest {
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

  private static byte[] pack(Compression compression, OptionalInt level, byte[] content)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = Packer.open(compression, level, bytes)) {
      for (int at = 0; at < content.length; at += 77_777) {
        out.write(content, at, Math.min(77_777, content.length - at));
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] unpack(Compression compression, byte[] packed) throws IOException {
    HeapSource source = new HeapSource(packed, 0, new StructurePath());
    return new Unpacker(source, compression, false).readAllBytes();
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"RAW", "SPARSE"})
  void unpackingGivesTheContentBack(Compression compression) throws IOException {
    byte[] content = content();
    int[] levels = Packer.levels(compression);
    for (OptionalInt level : new OptionalInt[] {OptionalInt.empty(), OptionalInt.of(levels[0])}) {
      byte[] packed = pack(compression, level, content);
      assertTrue(packed.length < content.length, compression + ": " + packed.length);
      assertTrue(HexFormat.of().formatHex(packed).startsWith(compression.magic()));
      assertArrayEquals(content, unpack(compression, packed));
      assertArrayEquals(packed, pack(compression, level, content), "not deterministic");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"RAW", "SPARSE"})
  void nothingPackedIsNothing(Compression compression) throws IOException {
    assertEquals(
        0, unpack(compression, pack(compression, OptionalInt.empty(), new byte[0])).length);
  }
}
