package org.vmstate.analyzer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.Extents;
import org.vmstate.parser.qcow2.Qcow2Disk;
import org.vmstate.parser.qcow2.Snapshot;
import org.vmstate.parser.qcow2.SnapshotChoice;
import org.vmstate.writer.io.FileSink;

/** States in qcow2 disks, written, replaced, added, and stopped in between. */
class DiskPlaceTest {
  @TempDir Path folder;

  private static byte[] state(int length, long seed) {
    byte[] result = new byte[length];
    new Random(seed).nextBytes(result);
    result[length - 1] = '}';
    return result;
  }

  private Path fresh(byte[] state) throws IOException {
    Path path = folder.resolve("disk.qcow2");
    Files.deleteIfExists(path);
    try (Destination target = Destination.newDisk(path, false, "old")) {
      target.append(state);
      target.commit(Outcome.WHOLE, false);
    }
    return path;
  }

  private static byte[] read(Path path, String name) throws IOException {
    try (ByteSource file = ImageReader.open(path)) {
      Qcow2Disk disk = Qcow2Disk.open(file, path);
      Snapshot snapshot = SnapshotChoice.of(disk.states(), Optional.of(name));
      Extents all = disk.extents(snapshot);
      byte[] result = new byte[(int) snapshot.stateSize()];
      disk.source(snapshot, all, all.length()).copy(0, ByteBuffer.wrap(result));
      return result;
    }
  }

  private static void put(Path path, String name, byte[] state) throws IOException {
    try (Destination target = Destination.intoDisk(DiskPlace.into(path, name))) {
      target.append(state);
      target.commit(Outcome.WHOLE, false);
    }
  }

  @Test
  void stateIsReadBackFromANewDisk() throws IOException {
    for (int length : new int[] {1, 65_535, 65_536, 1_000_000}) {
      byte[] state = state(length, length);
      assertArrayEquals(state, read(fresh(state), "old"));
    }
  }

  @Test
  void replacedStateIsTheNewOneAndOthersStay() throws IOException {
    byte[] first = state(300_000, 1);
    byte[] second = state(200_000, 2);
    byte[] third = state(400_000, 3);
    Path path = fresh(first);
    put(path, "more", second);
    put(path, "old", third);
    assertArrayEquals(second, read(path, "more"));
    assertArrayEquals(third, read(path, "1"));
    put(path, "more", first);
    assertArrayEquals(first, read(path, "more"));
    assertArrayEquals(third, read(path, "old"));
    Counts.requireExact(path);
  }

  @Test
  void diskThatIsLockedOrDirtyIsLeftAlone() throws IOException {
    Path path = fresh(state(1000, 1));
    byte[] before = Files.readAllBytes(path);
    try (DiskPlace held = DiskPlace.into(path, "x")) {
      assertThrows(ConversionException.class, () -> DiskPlace.into(path, "y"));
      assertTrue(held.sink().position() == 0);
    }
    assertArrayEquals(before, Files.readAllBytes(path));
    assertThrows(ConversionException.class, () -> DiskPlace.into(path, "12"));
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(79);
      file.write(1);
    }
    assertTrue(
        assertThrows(ConversionException.class, () -> DiskPlace.into(path, "x"))
            .getMessage()
            .contains("qemu-img check -r all"));
  }

  /** As when the user presses Ctrl-C. */
  @Test
  void whatIsBegunIsTakenBackWhenTheProgramEnds() throws IOException {
    Path path = fresh(state(1000, 1));
    byte[] before = Files.readAllBytes(path);
    try (DiskPlace place = DiskPlace.into(path, "x")) {
      FileSink sink = place.sink();
      sink.write(state(500_000, 2));
      sink.flush();
      assertTrue(Files.size(path) > before.length);
      place.stop();
      assertArrayEquals(before, Files.readAllBytes(path));
      assertThrows(IOException.class, place::end);
    }
    assertArrayEquals(before, Files.readAllBytes(path));
  }

  @Test
  void whatIsNotCommittedIsTakenBack() throws IOException {
    Path path = fresh(state(1000, 1));
    byte[] before = Files.readAllBytes(path);
    try (Destination target = Destination.intoDisk(DiskPlace.into(path, "x"))) {
      target.append(state(500_000, 2));
      target.sink().flush();
    }
    assertArrayEquals(before, Files.readAllBytes(path));
  }

  @Test
  void oldStateLoadsAfterAStopBehindEveryWrite() throws IOException {
    byte[] old = state(150_000, 1);
    byte[] other = state(70_000, 2);
    byte[] young = state(200_000, 3);
    Path base = fresh(old);
    put(base, "other", other);
    byte[] image = Files.readAllBytes(base);
    for (String name : new String[] {"old", "new"}) {
      boolean ended = false;
      for (int writes = 0; !ended; writes++) {
        Path path = Files.write(folder.resolve("cut"), image);
        ended = StoppedUpdate.run(path, name, young, writes);
        assertArrayEquals(other, read(path, "other"), name + " after " + writes);
        byte[] now = read(path, "old");
        assertTrue(
            Arrays.equals(old, now) || name.equals("old") && Arrays.equals(young, now),
            name + " after " + writes);
        Counts.requireEnough(path);
        assertTrue(writes < 200);
      }
      assertArrayEquals(young, read(folder.resolve("cut"), name));
      Counts.requireExact(folder.resolve("cut"));
    }
  }

  @Test
  void namesThatQemuDoesNotFindAreRefused() {
    for (String name : new String[] {"", "7", "a\nb", "n".repeat(256)}) {
      assertThrows(ConversionException.class, () -> SnapshotName.require(name));
    }
  }
}
