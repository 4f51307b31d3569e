package org.vmstate.parser.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.qcow2.NoSuchSnapshotException;
import org.vmstate.parser.qcow2.TestDisks;
import org.vmstate.testkit.VmaBytes;
import org.vmstate.testkit.VmaBytes.Cluster;

/**
 * Containers that are cut or changed: whatever is read without an error is the state, when they are
 * cut; and no change lets anything but an error of the format out.
 */
class ContainerDamageTest {
  private static byte[] state() {
    byte[] state = new byte[200_000];
    new Random(3).nextBytes(state);
    Arrays.fill(state, 65536, 2 * 65536, (byte) 0);
    state[state.length - 1] = '}';
    return state;
  }

  private static byte[] vma() {
    byte[] state = state();
    List<Cluster> clusters =
        List.of(
            VmaBytes.cluster(2, state, 0),
            VmaBytes.cluster(2, state, 2),
            VmaBytes.cluster(2, state, 1));
    return new VmaBytes("drive-scsi0", "vmstate")
        .extent(clusters)
        .extent(List.of(VmaBytes.cluster(2, state, 3)))
        .build();
  }

  /** Returns the state, or nothing when an error says why there is none. */
  private static Optional<byte[]> read(byte[] file) throws IOException {
    try (Container container = Container.open(new HeapSource(file, 0, new StructurePath()), null);
        ByteSource state = container.state(Optional.empty())) {
      // whatever the tables say, not more than this is asked for
      return Optional.of(state.bytes(Math.min(state.length(), 1 << 20), 1 << 20, "state"));
    } catch (StateFormatException | NoSuchSnapshotException e) {
      return Optional.empty();
    }
  }

  private static void cuts(byte[] file) throws IOException {
    byte[] state = state();
    assertArrayEquals(state, read(file).orElseThrow());
    Random random = new Random(4);
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      int length = 512 + random.nextInt(file.length - 512);
      Optional<byte[]> found = read(Arrays.copyOf(file, length));
      refused += found.isEmpty() ? 1 : 0;
      found.ifPresent(bytes -> assertArrayEquals(state, bytes, "cut at " + length));
    }
    assertTrue(refused > 300, "refused " + refused);
  }

  /** Changes every byte of the tables, and some others. */
  private static void changes(byte[] file, int tables) throws IOException {
    Random random = new Random(5);
    for (int at = 0; at < tables; at++) {
      for (int value : new int[] {0, 0xff, file[at] ^ 1, file[at] ^ 0x80, random.nextInt()}) {
        byte[] changed = file.clone();
        changed[at] = (byte) value;
        read(changed);
      }
    }
  }

  @Test
  void diskThatIsCutIsNeverAWholeState() throws IOException {
    for (boolean compressed : new boolean[] {false, true}) {
      cuts(TestDisks.of(state(), compressed));
    }
  }

  @Test
  void archiveThatIsCutIsNeverAWholeState() throws IOException {
    cuts(vma());
  }

  @Test
  void changedTablesOfADiskAreErrorsOfTheFormat() throws IOException {
    changes(TestDisks.of(Arrays.copyOf(state(), 3000), false), 3000);
  }

  @Test
  void changedHeadersOfAnArchiveAreErrorsOfTheFormat() throws IOException {
    byte[] file = vma();
    changes(file, 200);
    Random random = new Random(6);
    for (int i = 0; i < 200; i++) {
      byte[] changed = file.clone();
      changed[random.nextInt(13_000)] ^= (byte) (1 + random.nextInt(255));
      assertTrue(read(changed).isEmpty(), "header");
    }
  }
}
