package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vmstate.parser.Compressed.IMAGE;
import static org.vmstate.parser.Compressed.compress;
import static org.vmstate.parser.Compressed.lzopHead;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.UnrecognizedFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.rule.Reason;
import org.vmstate.testkit.ImageBytes;

class DecompressionTest {
  private static byte[] stored(ImageBytes head) {
    return head.be32(IMAGE.length).be32(IMAGE.length).raw(IMAGE).be32(0).toBytes();
  }

  @Test
  void checksumOfTheLzopHeaderIsOfTheKindThatItsFlagsSay() throws IOException {
    assertEquals(
        1,
        Recording.withMemory(stored(lzopHead(0x1000, new CRC32())), Recording.Place.FILE)
            .all(Event.EndOfStream.class)
            .size());
    for (byte[] wrong :
        List.of(
            stored(lzopHead(0x1000, new Adler32())),
            stored(lzopHead(0, new CRC32())),
            stored(lzopHead(0x800000, new CRC32())))) {
      StateFormatException e =
          assertThrows(
              StateFormatException.class, () -> Recording.withMemory(wrong, Recording.Place.FILE));
      assertTrue(e.getMessage().contains("lzop: wrong checksum of the header"), e.getMessage());
    }
  }

  @Test
  void bytesBehindAnLzopFileAreToldOf() throws IOException {
    byte[] compressed = compress(Compression.LZOP, IMAGE);
    byte[] longer = Arrays.copyOf(compressed, compressed.length + 3);
    StateFormatException e =
        assertThrows(
            StateFormatException.class, () -> Recording.withMemory(longer, Recording.Place.FILE));
    assertTrue(e.getMessage().contains("found other bytes"), e.getMessage());
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "BZIP2", "XZ", "LZOP", "ZSTD"})
  void bareStreamCompressedByHandIsRead(Compression compression) throws IOException {
    for (Recording.Place place : Recording.Place.values()) {
      Recording r = Recording.withMemory(compress(compression, IMAGE), place);
      byte[] expected = new byte[8192];
      Arrays.fill(expected, 4096, 8192, (byte) 7);
      assertArrayEquals(expected, r.memory(0));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "BZIP2", "XZ", "LZOP", "ZSTD"})
  void libvirtImageIsDecompressedByItsFormat(Compression compression) throws IOException {
    byte[] image =
        ImageBytes.libvirt(false, 2, 20, 0, compression.code(), 0)
            .text("<domain/>")
            .padTo(112)
            .raw(compress(compression, IMAGE))
            .toBytes();
    Recording r = Recording.withMemory(image, Recording.Place.FILE);
    assertEquals(1, r.all(Event.CompressedStream.class).size());
    assertEquals(7, r.memory(0)[5000]);
  }

  @Test
  void archiveThatIsCompressedInAPipeHasToBeAFile() throws IOException {
    byte[] archive = compress(Compression.GZIP, new byte[] {'V', 'M', 'A', 0, 0, 0, 0, 1});
    UnrecognizedFormatException e =
        assertThrows(
            UnrecognizedFormatException.class,
            () -> Recording.withMemory(archive, Recording.Place.HEAP));
    assertTrue(e.words().contains("store it as a file"), e.words());
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "BZIP2", "XZ", "LZOP", "ZSTD"})
  void severalMembersAreOneStream(Compression compression) throws IOException {
    // as pbzip2, pigz and pzstd write them
    int half = IMAGE.length / 2;
    byte[] members =
        new ImageBytes()
            .raw(compress(compression, Arrays.copyOf(IMAGE, half)))
            .raw(compress(compression, Arrays.copyOfRange(IMAGE, half, IMAGE.length)))
            .toBytes();
    assertEquals(7, Recording.withMemory(members, Recording.Place.FILE).memory(0)[5000]);
  }

  @Test
  void compressionInsideCompressionIsLimited() throws IOException {
    byte[] image = IMAGE;
    for (int i = 0; i < 4; i++) {
      image = compress(Compression.GZIP, image);
    }
    byte[] nested = image;
    LimitExceededException e =
        assertThrows(
            LimitExceededException.class, () -> Recording.withMemory(nested, Recording.Place.HEAP));
    assertEquals("image: compressed more than 3 times", e.words());
  }

  @Tag("slow")
  @Test
  void bombIsReadWithoutKeepingIt() throws IOException {
    // 256 MiB of trailing zeros in 256 KiB: passed over, not kept
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(new ImageBytes().header().u8(0).toBytes());
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 256; i++) {
        gzip.write(zeros);
      }
    }
    Recording r = new Recording();
    Recording.read(out.toByteArray(), ParseOptions.DEFAULT, Recording.Place.HEAP, r, false);
    assertEquals(
        List.of(256L << 20),
        r.all(Event.Trailing.class).stream().map(t -> t.range().length()).toList());
  }

  @Test
  void xzThatWantsTooMuchMemoryIsLimited() throws IOException {
    byte[] compressed = compress(Compression.XZ, IMAGE);
    // the dictionary size is one byte in the block header; 0x22 stands for 512 MiB
    int at = 12 + 2 + 2;
    byte[] greedy = compressed.clone();
    greedy[at] = 0x22;
    CRC32 crc = new CRC32();
    int headerLength = (greedy[12] & 0xff) * 4 + 4;
    crc.update(greedy, 12, headerLength - 4);
    for (int i = 0; i < 4; i++) {
      greedy[12 + headerLength - 4 + i] = (byte) (crc.getValue() >>> 8 * i);
    }
    assertThrows(
        LimitExceededException.class, () -> Recording.withMemory(greedy, Recording.Place.HEAP));
  }

  /** Zeros compressed twice: each layer would multiply the time that one small file can take. */
  @Test
  void compressedDataHardlyBecomesShorter() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream zeros = new GZIPOutputStream(out)) {
      for (int i = 0; i < 400; i++) {
        zeros.write(new byte[1 << 20]);
      }
    }
    byte[] once = out.toByteArray();
    byte[] twice = compress(Compression.GZIP, once);
    assertTrue(once.length > 400_000 && twice.length < once.length / 100);
    LimitExceededException e =
        assertThrows(LimitExceededException.class, () -> Recording.of(twice));
    assertEquals(Reason.COMPRESSED_TOO_OFTEN, e.reason());
  }

  /** By the format's own limit for what a reader has to provide, which --long=31 passes. */
  @Test
  void windowOfZstdThatIsTooLargeIsNoDamage() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    // magic, a descriptor without content size, a window of 2 GiB, one raw block
    out.write(HexFormat.of().parseHex("28b52ffd" + "00" + "a8" + "090000" + "00"));
    LimitExceededException e =
        assertThrows(LimitExceededException.class, () -> Recording.of(out.toByteArray()));
    assertEquals(Reason.COMPRESSED_MEMORY, e.reason());
    assertTrue(e.getMessage().contains("zstd -d --long=31"), e.getMessage());
  }
}
