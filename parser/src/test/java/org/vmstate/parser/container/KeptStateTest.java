package org.vmstate.parser.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.VmaBytes;
import org.vmstate.testkit.VmaBytes.Cluster;

/** A state that is kept of a pipe leaves nothing open, whatever ends the reading. */
@EnabledOnOs(OS.LINUX)
class KeptStateTest {
  /** Gives bytes, and then an error of the virtual machine. */
  private static final class Failing extends InputStream {
    private final byte[] bytes;
    private final Error error;
    private int at;

    Failing(byte[] bytes, Error error) {
      this.bytes = bytes;
      this.error = error;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] target, int from, int length) {
      if (at == bytes.length) {
        throw error;
      }
      int count = Math.min(length, bytes.length - at);
      System.arraycopy(bytes, at, target, from, count);
      at += count;
      return count;
    }
  }

  /** What this process has open of files with a part of a name; they are deleted already. */
  private static List<String> open(String part) {
    List<String> found = new ArrayList<>();
    for (File link : new File("/proc/self/fd").listFiles()) {
      try {
        String name = Files.readSymbolicLink(link.toPath()).toString();
        if (name.contains("vmstate-img") && name.contains(part)) {
          found.add(name);
        }
      } catch (IOException e) {
        // closed meanwhile
      }
    }
    return found;
  }

  private interface Reader {
    Holder open(ByteSource file) throws IOException;
  }

  private static void fails(byte[] bytes, String part, Reader reader) {
    List<String> before = open(part);
    Error error = new OutOfMemoryError("test");
    assertSame(
        error,
        assertThrows(
            OutOfMemoryError.class,
            () -> reader.open(ImageReader.open(new Failing(bytes, error)))));
    assertEquals(before, open(part));
  }

  @Test
  void pandasSnapshotIsClosedAfterAnError() {
    byte[] tar = new byte[512 + (1 << 20)];
    byte[] name = "snapshot".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, tar, 0, name.length);
    byte[] size = "00010000000".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(size, 0, tar, 124, size.length);
    byte[] magic = "ustar".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(magic, 0, tar, 257, magic.length);
    fails(tar, ".snapshot", new PandaRecording()::open);
  }

  @Test
  void stateOfAVmaArchiveIsClosedAfterAnError() {
    // longer than what is read ahead
    byte[] state = new byte[50 * 65536];
    Arrays.fill(state, (byte) 1);
    List<Cluster> clusters = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      clusters.add(VmaBytes.cluster(1, state, i));
    }
    byte[] archive = new VmaBytes("vmstate").extent(clusters).build();
    fails(Arrays.copyOf(archive, archive.length - 65536), ".vma", new VmaArchive.Kind()::open);
  }
}
