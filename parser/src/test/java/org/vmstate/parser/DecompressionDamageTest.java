package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vmstate.parser.Compressed.IMAGE;
import static org.vmstate.parser.Compressed.compress;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.rule.Reason;

/** Compressed data that was cut is told from damaged data. */
class DecompressionDamageTest {
  @ParameterizedTest
  @EnumSource(names = {"GZIP", "BZIP2", "XZ", "LZOP", "ZSTD"})
  void cutOffDataIsTruncated(Compression compression) throws IOException {
    byte[] compressed = compress(compression, IMAGE);
    byte[] cut = Arrays.copyOf(compressed, compressed.length / 2);
    assertThrows(
        TruncatedDataException.class, () -> Recording.withMemory(cut, Recording.Place.HEAP));
  }

  /** The byte lies in a checksum that comes last, or in the last data before the end. */
  @ParameterizedTest
  @CsvSource({"GZIP,6", "BZIP2,3", "XZ,6", "LZOP,20", "ZSTD,1"})
  void checksumAtTheEndTellsDamageAndNoCut(Compression compression, int fromEnd)
      throws IOException {
    byte[] damaged = compress(compression, IMAGE);
    damaged[damaged.length - fromEnd] ^= 1;
    MalformedDataException e =
        assertThrows(
            MalformedDataException.class,
            () -> Recording.withMemory(damaged, Recording.Place.HEAP));
    assertEquals(Reason.COMPRESSED_DATA_DAMAGED, e.reason());
  }

  /** No library needs to ask for more to know that a block of it is damaged. */
  @ParameterizedTest
  @EnumSource(names = {"GZIP", "BZIP2", "XZ", "LZOP", "ZSTD"})
  void otherBytesAfterTheEndAreDamageAndNoCut(Compression compression) throws IOException {
    byte[] compressed = compress(compression, IMAGE);
    byte[] more = Arrays.copyOf(compressed, compressed.length + 40);
    Arrays.fill(more, compressed.length, more.length, (byte) 'x');
    assertThrows(
        MalformedDataException.class, () -> Recording.withMemory(more, Recording.Place.HEAP));
  }

  @Tag("slow")
  @ParameterizedTest
  @EnumSource(names = {"GZIP", "BZIP2", "XZ", "LZOP", "ZSTD"})
  void everyChangedByteOfPackedDataGivesAResultOrOurError(Compression compression)
      throws IOException {
    byte[] compressed = compress(compression, IMAGE);
    for (int at = 0; at < compressed.length; at++) {
      byte[] damaged = compressed.clone();
      damaged[at] ^= (byte) 0xff;
      try {
        Recording.withMemory(damaged, Recording.Place.HEAP);
      } catch (StateFormatException e) {
        // compressed offsets before the data is decompressed, decompressed ones after it
        long end = Math.max(compressed.length, IMAGE.length);
        assertTrue(e.offset() >= 0 && e.offset() <= end, e.getMessage());
      }
    }
  }
}
