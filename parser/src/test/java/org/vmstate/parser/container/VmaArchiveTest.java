package org.vmstate.parser.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.VmaBytes;
import org.vmstate.testkit.VmaBytes.Cluster;

/** The state in a Proxmox archive, and archives that are broken. */
class VmaArchiveTest {
  /** Three clusters and a part, in which whole clusters and single blocks are zero. */
  private static byte[] state() {
    byte[] state = new byte[3 * 65536 + 5000];
    new Random(1).nextBytes(state);
    Arrays.fill(state, 65536, 2 * 65536, (byte) 0);
    Arrays.fill(state, 2 * 65536 + 4096, 2 * 65536 + 3 * 4096, (byte) 0);
    state[0] = 'Q';
    state[state.length - 1] = '}';
    return state;
  }

  private static byte[] archive() {
    byte[] state = state();
    byte[] disk = Arrays.copyOf(new byte[] {1}, 65536);
    // out of order, in two extents, beside another device
    return new VmaBytes("drive-scsi0", "vmstate")
        .extent(
            List.of(
                VmaBytes.cluster(2, state, 2),
                new Cluster(1, 7, disk),
                VmaBytes.cluster(2, state, 0)))
        .extent(List.of(VmaBytes.cluster(2, state, 1), VmaBytes.cluster(2, state, 3)))
        .build();
  }

  private static byte[] read(Container container) throws IOException {
    try (ByteSource state = container.state(Optional.empty())) {
      return state.bytes(state.length(), 1 << 20, "state");
    }
  }

  private static Container open(byte[] file) throws IOException {
    return Container.open(new HeapSource(file, 0, new StructurePath()), null);
  }

  @Test
  void clustersComeInAnyOrderAndClearBitsAreZeros() throws IOException {
    try (Container container = open(archive())) {
      assertEquals(
          "device vmstate of a Proxmox VMA archive (clusters out of order)",
          container.holder().orElseThrow().label());
      assertArrayEquals(state(), read(container));
    }
  }

  @Test
  void archiveIsReadFromAPipeAndFromGzip() throws IOException {
    ByteSource pipe = ImageReader.open(new ByteArrayInputStream(archive()));
    assertArrayEquals(state(), read(Container.open(pipe, null)));
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(archive());
    }
    try (Container container = open(compressed.toByteArray())) {
      assertEquals(
          "device vmstate of a Proxmox VMA archive (clusters out of order), compressed with gzip",
          container.holder().orElseThrow().label());
      assertArrayEquals(state(), read(container));
    }
  }

  @Test
  void readsInTheMiddleAreThoseOfTheState() throws IOException {
    byte[] expected = state();
    try (ByteSource state = open(archive()).state(Optional.empty())) {
      for (int at = 0; at < expected.length - 100; at += 997) {
        state.seek(at);
        assertArrayEquals(Arrays.copyOfRange(expected, at, at + 100), state.bytes(100, 100, "x"));
      }
    }
  }

  private static <T extends StateFormatException> T refused(
      Class<T> type, int at, Consumer<byte[]> change) {
    byte[] file = archive();
    change.accept(file);
    T error = assertThrows(type, () -> open(file));
    assertEquals(at, error.offset(), error.getMessage());
    return error;
  }

  @Test
  void everyDamageIsAnErrorAtItsPlace() {
    int extent = new VmaBytes("drive-scsi0", "vmstate").firstExtent();
    refused(MalformedDataException.class, 0, f -> f[100] ^= 1);
    refused(MalformedDataException.class, 56, f -> f[59] ^= 1);
    refused(MalformedDataException.class, extent, f -> f[extent] ^= 1);
    refused(MalformedDataException.class, extent + 8, f -> f[extent + 8] ^= 1);
    refused(MalformedDataException.class, extent, f -> f[extent + 300] ^= 1);
  }

  @Test
  void cutArchiveIsTruncatedWhereverItIsCut() {
    byte[] whole = archive();
    Random random = new Random(2);
    for (int i = 0; i < 200; i++) {
      byte[] cut = Arrays.copyOf(whole, 12_800 + 1 + random.nextInt(whole.length - 12_801));
      StateFormatException error = assertThrows(StateFormatException.class, () -> open(cut));
      assertTrue(
          error instanceof TruncatedDataException || error.getMessage().contains("found no "),
          error.getMessage());
    }
  }

  @Test
  void clustersThatAreMissingTwiceOrTooManyAreRefused() {
    byte[] state = state();
    VmaBytes gap =
        new VmaBytes("vmstate")
            .extent(List.of(VmaBytes.cluster(1, state, 0), VmaBytes.cluster(1, state, 2)));
    assertTrue(
        assertThrows(MalformedDataException.class, () -> open(gap.build()))
            .getMessage()
            .contains("all clusters up to 2, found no 1"));
    VmaBytes twice =
        new VmaBytes("vmstate")
            .extent(List.of(VmaBytes.cluster(1, state, 0), VmaBytes.cluster(1, state, 0)));
    assertThrows(MalformedDataException.class, () -> open(twice.build()));
    VmaBytes far =
        new VmaBytes("vmstate").extent(List.of(new Cluster(1, 0xffff_ffffL, new byte[65536])));
    assertThrows(LimitExceededException.class, () -> open(far.build()));
    assertThrows(MalformedDataException.class, () -> open(new VmaBytes("vmstate").build()));
  }

  @Test
  void archiveWithoutAStateNamesWhatItHas() {
    byte[] file = new VmaBytes("drive-scsi0", "drive-efidisk0").build();
    assertTrue(
        assertThrows(UnsupportedFeatureException.class, () -> open(file))
            .getMessage()
            .contains("found only drive-scsi0, drive-efidisk0"));
  }
}
