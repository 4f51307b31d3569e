package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.writer.io.DirectFile;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.ram.BitmapMemory;
import org.vmstate.writer.ram.PageBitmap;

/** Sinks and bitmaps. */
class FileSinkTest {
  @TempDir Path folder;

  private FileSink open(Path file, boolean direct) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new FileSink(channel, direct ? DirectFile.open(file) : null, 0);
  }

  /** Chunks of every size at odd offsets must arrive the same through both kinds of handle. */
  @Tag("slow")
  @Test
  void directWritesGiveTheSameFile() throws IOException {
    byte[][] results = new byte[2][];
    for (int i = 0; i < 2; i++) {
      Path file = folder.resolve("file" + i);
      Random random = new Random(3);
      try (FileSink sink = open(file, i == 1)) {
        for (int n = 0; n < 200; n++) {
          byte[] data = new byte[random.nextInt(60_000)];
          random.nextBytes(data);
          switch (random.nextInt(4)) {
            case 0 -> sink.zeros(random.nextInt(1 << 20));
            case 1 -> sink.writeAt(random.nextInt(1 << 20), ByteBuffer.wrap(data));
            default -> sink.write(data);
          }
        }
        sink.flush();
      }
      results[i] = Files.readAllBytes(file);
    }
    assertTrue(results[0].length > 1 << 22);
    assertArrayEquals(results[0], results[1]);
  }

  @Test
  void fileThatEndsWithAHoleHasItsLength() throws IOException {
    Path file = folder.resolve("file");
    try (FileSink sink = open(file, false)) {
      sink.u8(1);
      sink.zeros(5_000_000);
      assertEquals(5_000_001, sink.position());
      sink.flush();
    }
    assertEquals(5_000_001, Files.size(file));
  }

  @Test
  void transferredBytesAndReadBack() throws IOException {
    Path from = folder.resolve("from");
    byte[] data = new byte[300_000];
    new Random(1).nextBytes(data);
    Files.write(from, data);
    try (FileSink sink = open(folder.resolve("to"), false);
        FileChannel source = FileChannel.open(from)) {
      sink.transferAt(source, 1000, 200_000, 5000);
      ByteBuffer read = ByteBuffer.allocate(210_000);
      sink.readAt(0, read);
      byte[] expected = new byte[210_000];
      System.arraycopy(data, 1000, expected, 5000, 200_000);
      assertArrayEquals(expected, read.array());
    }
  }

  @Test
  void bitmapRangesCrossWords() {
    try (Arena arena = Arena.ofConfined()) {
      PageBitmap bitmap = new PageBitmap(new BitmapMemory(arena), 300);
      bitmap.set(60, 140);
      bitmap.clear(64, 64);
      assertFalse(bitmap.get(59));
      assertTrue(bitmap.get(60));
      assertTrue(bitmap.get(63));
      assertFalse(bitmap.get(64));
      assertTrue(bitmap.get(128));
      assertTrue(bitmap.get(199));
      assertFalse(bitmap.get(200));
      assertEquals(60, bitmap.nextSet(0, 300));
      assertEquals(128, bitmap.nextSet(64, 300));
      assertEquals(100, bitmap.nextSet(64, 100));
      byte[] bytes = new byte[16];
      bitmap.bytes(0, 16).get(bytes);
      byte[] expected = new byte[16];
      expected[7] = (byte) 0xf0;
      assertTrue(Arrays.equals(expected, bytes));
    }
  }
}
