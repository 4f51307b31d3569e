package org.vmstate.parser.qcow2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.Extents;
import org.vmstate.parser.io.FileSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

class Qcow2DiskTest {
  private static final byte[] EMPTY_BLOCK = {0, 0, 0, -1, -1};
  private static final byte[] SKIPPABLE_FRAME = {0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0};

  @TempDir Path folder;

  /** Bytes with runs of zeros, so that there are zero clusters and subclusters. */
  private static byte[] bytes(int length, long seed) {
    byte[] result = new byte[length];
    Random random = new Random(seed);
    for (int at = 0; at < length; ) {
      int n = Math.min(length - at, 1 + random.nextInt(3000));
      if (random.nextBoolean()) {
        for (int i = 0; i < n; i++) {
          result[at + i] = (byte) (1 + random.nextInt(7));
        }
      }
      at += n;
    }
    result[length - 1] = '}';
    return result;
  }

  private static byte[] read(byte[] image) throws IOException {
    try (ByteSource file = new HeapSource(image, 0, new StructurePath())) {
      Qcow2Disk disk = Qcow2Disk.open(file, null);
      return read(disk, disk.states().getFirst());
    }
  }

  private static byte[] read(Qcow2Disk disk, Snapshot snapshot) throws IOException {
    Extents all = disk.extents(snapshot);
    long length = Math.min(snapshot.stateSize(), all.length());
    ByteSource state = disk.source(snapshot, all, length);
    byte[] copied = new byte[(int) length];
    state.copy(0, ByteBuffer.wrap(copied));
    assertArrayEquals(copied, state.bytes(length, 1 << 30, "state"), "cursor and copy differ");
    return copied;
  }

  private static <T extends StateFormatException> String refused(Class<T> kind, byte[] image) {
    return assertThrows(kind, () -> read(image)).getMessage();
  }

  @Property(tries = 60)
  void stateIsReadFromEveryKindOfImage(
      @ForAll @IntRange(min = 1, max = 60_000) int length,
      @ForAll long seed,
      @ForAll @IntRange(min = 9, max = 16) int clusterBits,
      @ForAll boolean old,
      @ForAll boolean compressed,
      @ForAll boolean zstd,
      @ForAll boolean zeroFlags)
      throws IOException {
    byte[] state = bytes(length, seed);
    DiskBuilder builder = new DiskBuilder(state);
    builder.clusterBits = clusterBits;
    builder.version = old ? 2 : 3;
    builder.extra = old ? 0 : 24;
    builder.compressed = compressed;
    builder.zstd = zstd && !old;
    builder.zeroFlags = zeroFlags && !old;
    builder.extended = !old && clusterBits >= 14 && seed % 2 == 0;
    builder.diskSize = Math.floorMod(seed, 1 << 20);
    assertArrayEquals(state, read(builder.build()));
  }

  @Test
  void stateIsWhereTheDiskEndedWhenItWasSaved() throws IOException {
    byte[] state = bytes(9000, 1);
    DiskBuilder builder = new DiskBuilder(state);
    builder.headerDiskSize = 3L << 30;
    assertArrayEquals(state, read(builder.build()));
  }

  @Test
  void mappedFileGivesLongRunsWithoutCopies() throws IOException {
    byte[] state = bytes(900_000, 2);
    DiskBuilder builder = new DiskBuilder(state);
    builder.clusterBits = 16;
    try (ByteSource file = FileSource.open(builder.write(folder), new StructurePath())) {
      Qcow2Disk disk = Qcow2Disk.open(file, null);
      Snapshot snapshot = disk.states().getFirst();
      assertArrayEquals(state, read(disk, snapshot));
      assertTrue(disk.extents(snapshot).at(0).length() >= 900_000);
    }
  }

  @Test
  void versionsAndFeaturesOutOfBoundsAreRefused() {
    byte[] image = new DiskBuilder(bytes(100, 1)).build();
    refused(UnsupportedFeatureException.class, with(image, 4, 4, 4));
    refused(MalformedDataException.class, with(image, 20, 8, 4));
    refused(MalformedDataException.class, with(image, 20, 22, 4));
    refused(UnsupportedFeatureException.class, with(image, 72, 32, 8));
    assertTrue(
        refused(UnsupportedFeatureException.class, with(image, 72, 4, 8))
            .contains("external data file"));
    refused(MalformedDataException.class, with(image, 72, 16, 8));
    refused(MalformedDataException.class, with(image, 72, 8, 8));
    refused(MalformedDataException.class, with(image, 96, 7, 4));
    refused(MalformedDataException.class, with(image, 100, 96, 4));
    refused(MalformedDataException.class, with(image, 100, 1024, 4));
    refused(LimitExceededException.class, with(image, 60, 65_537, 4));
    refused(MalformedDataException.class, with(image, 64, 520, 8));
    refused(MalformedDataException.class, with(image, 64, 1 << 30, 8));
    refused(TruncatedDataException.class, Arrays.copyOf(image, 50));
  }

  @Test
  void encryptedStateIsListedAndRefused() throws IOException {
    byte[] image = with(new DiskBuilder(bytes(100, 1)).build(), 32, 2, 4);
    try (ByteSource file = new HeapSource(image, 0, new StructurePath())) {
      assertEquals("state", Qcow2Disk.open(file, null).snapshots().getFirst().name());
    }
    assertTrue(refused(UnsupportedFeatureException.class, image).contains("encrypted"));
  }

  @Test
  void tablesThatAreNotWhereTablesCanBeAreRefused() {
    DiskBuilder b = new DiskBuilder(bytes(40_000, 1));
    byte[] image = b.build();
    assertEquals(
        "L1 table: expected it at a cluster's start inside the file, found 0x7 at 0x200"
            + " (qcow2.snapshot[0])",
        refused(MalformedDataException.class, with(image, b.table, 7, 8)));
    refused(MalformedDataException.class, with(image, b.table, Long.MAX_VALUE - 511, 8));
    refused(MalformedDataException.class, with(image, b.table, -512, 8));
    refused(MalformedDataException.class, with(image, b.table + 8, 5 << 20, 4));
    refused(LimitExceededException.class, with(image, b.table + 36, 1025, 4));
    refused(MalformedDataException.class, with(image, b.table + 40, -1, 8));
    assertTrue(
        refused(MalformedDataException.class, with(image, b.firstL1, 1 << 30, 8))
            .startsWith("L2 table: expected it at a cluster's start inside the file"));
    refused(MalformedDataException.class, with(image, b.firstL2, 1 << 30, 8));
    byte[] clusters64k = unaligned();
    assertTrue(
        refused(MalformedDataException.class, clusters64k).startsWith("cluster: expected a mult"));
  }

  private static byte[] unaligned() {
    DiskBuilder b = new DiskBuilder(bytes(200_000, 1));
    b.clusterBits = 16;
    byte[] image = b.build();
    return with(image, b.firstL2, b.firstCluster + 512L, 8);
  }

  @Test
  void tableThatSeveralEntriesNameIsRefused() {
    DiskBuilder b = new DiskBuilder(bytes(40_000, 1));
    byte[] image = b.build();
    assertTrue(
        refused(MalformedDataException.class, with(image, b.firstL1 + 8, b.firstL2, 8))
            .contains("to be named once"));
  }

  @Test
  void petabytesOutOfAMegabyteAreRefused() {
    DiskBuilder b = new DiskBuilder(bytes(40_000, 1));
    byte[] image = Arrays.copyOf(b.build(), 1 << 20);
    ByteBuffer words = ByteBuffer.wrap(image);
    int l1 = 512 << 10;
    for (int i = 0; i < 64 << 10; i++) {
      words.putLong(l1 + i * 8, b.firstL2);
    }
    words.putLong(b.table, l1).putInt(b.table + 8, 64 << 10);
    words.putLong(b.table + 48, 0);
    assertTrue(refused(MalformedDataException.class, image).contains("to be named once"));
  }

  @Test
  void clusterThatManyEntriesNameIsRefused() {
    DiskBuilder b = new DiskBuilder(bytes(40_000, 1));
    byte[] image = b.build();
    ByteBuffer words = ByteBuffer.wrap(image);
    for (int i = 0; i < 64; i++) {
      words.putLong(b.firstL2 + i * 8, b.firstCluster);
    }
    // one table is less than the file has clusters: aliased bytes, as QEMU reads them
    assertEquals(40_000, assertReads(image).length);
  }

  private static byte[] assertReads(byte[] image) {
    try {
      return read(image);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void compressedClusterThatDoesNotFillOneIsRefused() {
    for (boolean zstd : List.of(false, true)) {
      DiskBuilder b = new DiskBuilder(bytes(3000, 1));
      b.compressed = true;
      b.zstd = zstd;
      b.clusterBits = 12;
      byte[] image = b.build();
      long entry = ByteBuffer.wrap(image).getLong(b.firstL2);
      int at = (int) (entry & 0xffff_ffffL);
      byte[] broken = image.clone();
      Arrays.fill(broken, at, broken.length, (byte) 0xee);
      assertTrue(
          refused(MalformedDataException.class, broken).startsWith("compressed cluster: expected"));
      // blocks or frames without content, as many as an entry can cover
      byte[] empty = zstd ? SKIPPABLE_FRAME : EMPTY_BLOCK;
      byte[] endless = with(image, b.firstL2, entry | 15L << 58, 8);
      for (int i = at; i < endless.length; i++) {
        endless[i] = empty[(i - at) % empty.length];
      }
      String message = refused(MalformedDataException.class, endless);
      assertTrue(message.contains("at 0x" + Integer.toHexString(at)), message);
      assertTrue(message.contains("(qcow2.snapshot[0])"), message);
      byte[] outside = with(image, b.firstL2, entry & ~0xffff_ffffL | 1 << 30, 8);
      refused(MalformedDataException.class, outside);
    }
  }

  @Test
  void zeroFlagOfVersion2IsRefused() {
    DiskBuilder b = new DiskBuilder(bytes(3000, 1));
    b.version = 2;
    b.extra = 0;
    byte[] image = b.build();
    assertTrue(
        refused(MalformedDataException.class, with(image, b.firstL2, 1, 8)).contains("zero flag"));
  }

  @Test
  void holeIsZeroUnlessABackingFileReachesThere() throws IOException {
    byte[] state = new byte[3000];
    state[0] = 1;
    state[2999] = '}';
    DiskBuilder b = new DiskBuilder(state);
    byte[] image = b.build();
    byte[] hole = with(image, b.firstL2 + 8, 0, 8);
    assertArrayEquals(state, read(hole));
    byte[] backed = with(with(hole, 8, 104, 8), 16, 4, 4);
    System.arraycopy("back".getBytes(), 0, backed, 104, 4);
    // the header's end moves after the name
    backed = with(backed, 100, 104, 4);
    Path file = Files.write(folder.resolve("overlay"), backed);
    assertTrue(refusedFile(file).contains("which cannot be opened"));
    Files.write(folder.resolve("back"), new byte[1 << 20]);
    assertArrayEquals(state, readFile(file));
    Files.write(folder.resolve("back"), new byte[(1 << 20) + 512]);
    assertTrue(refusedFile(file).contains("backing file back fills"));
  }

  private static String refusedFile(Path file) {
    return assertThrows(UnsupportedFeatureException.class, () -> readFile(file)).getMessage();
  }

  private static byte[] readFile(Path path) throws IOException {
    try (ByteSource file = FileSource.open(path, new StructurePath())) {
      Qcow2Disk disk = Qcow2Disk.open(file, path);
      return read(disk, disk.states().getFirst());
    }
  }

  @Test
  void lastClusterThatIsCutShortReadsAsZeros() throws IOException {
    byte[] state = new byte[5000];
    Arrays.fill(state, (byte) 5);
    DiskBuilder b = new DiskBuilder(state);
    byte[] image = b.build();
    byte[] cut = Arrays.copyOf(image, image.length - 500);
    byte[] expected = Arrays.copyOf(state, 5000);
    Arrays.fill(expected, 9 * 512 + 12, 5000, (byte) 0);
    assertArrayEquals(expected, read(cut));
    refused(MalformedDataException.class, Arrays.copyOf(image, image.length - 513));
  }

  @Test
  void idAndNameOfDifferentSnapshotsMustBeTold() throws IOException {
    DiskBuilder b = new DiskBuilder(bytes(100, 1));
    b.snapshots = 2;
    b.name = "2";
    byte[] image = b.build();
    // the second one: id 2, name x
    int second = b.table + (40 + 24 + 2 + 7) / 8 * 8;
    image[second + 64] = '2';
    image[second + 65] = 'x';
    try (ByteSource file = new HeapSource(image, 0, new StructurePath())) {
      List<Snapshot> states = Qcow2Disk.open(file, null).states();
      assertEquals("2", SnapshotChoice.of(states, Optional.of("x")).id());
      assertEquals("1", SnapshotChoice.of(states, Optional.of("snapshot.name=2")).id());
      assertEquals("2", SnapshotChoice.of(states, Optional.of("snapshot.id=2")).id());
      assertEquals(
          "-l 2: is the id of 2 (x) and the name of 1 (2); give snapshot.id=2 or snapshot.name=2",
          assertThrows(
                  NoSuchSnapshotException.class, () -> SnapshotChoice.of(states, Optional.of("2")))
              .getMessage());
      assertEquals(
          "2 saved states, choose one with -l: 1 (2), 2 (x)",
          assertThrows(
                  NoSuchSnapshotException.class, () -> SnapshotChoice.of(states, Optional.empty()))
              .getMessage());
    }
  }

  @Test
  void mostSnapshotsWithLongNamesFitMemory() throws IOException {
    DiskBuilder b = new DiskBuilder(bytes(100, 1));
    b.snapshots = 2000;
    b.name = "n".repeat(30_000);
    b.clusterBits = 16;
    try (ByteSource file = new HeapSource(b.build(), 0, new StructurePath())) {
      List<Snapshot> all = Qcow2Disk.open(file, null).snapshots();
      assertEquals(2000, all.size());
      assertEquals(256, all.getLast().name().length());
    }
  }

  /** Returns a copy with one big-endian word changed. */
  private static byte[] with(byte[] image, int at, long value, int length) {
    byte[] result = image.clone();
    for (int i = 0; i < length; i++) {
      result[at + i] = (byte) (value >>> 8 * (length - 1 - i));
    }
    return result;
  }
}
