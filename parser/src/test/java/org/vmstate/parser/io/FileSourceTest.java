package org.vmstate.parser.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.rule.Reason;

/** What is read of a file is what is at that place in it, in whatever order it is asked for. */
class FileSourceTest {
  /** More than is read at once. */
  private static final int LENGTH = 700_001;

  private static Path shared;

  @TempDir Path folder;

  private static byte at(long offset) {
    return (byte) (offset * 31 + (offset >> 8) * 17 + (offset >> 16) * 5);
  }

  private static Path write(Path file) throws IOException {
    byte[] bytes = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bytes[i] = at(i);
    }
    return Files.write(file, bytes);
  }

  @BeforeContainer
  static void make() throws IOException {
    shared = write(Files.createTempFile("source", ".test"));
  }

  @AfterContainer
  static void remove() throws IOException {
    Files.delete(shared);
  }

  @Property(tries = 200)
  void placesHoldWhatTheFileHas(
      @ForAll @Size(max = 20) List<@IntRange(max = LENGTH - 1) Integer> places,
      @ForAll @IntRange(min = 1, max = 1 << 16) int count)
      throws IOException {
    try (ByteSource source = FileSource.open(shared, new StructurePath())) {
      for (int place : places) {
        source.seek(place);
        int left = Math.min(count, LENGTH - place);
        assertEquals(left == count, source.has(count));
        byte[] bytes = source.bytes(left, LENGTH, "test");
        for (int i = 0; i < left; i++) {
          assertEquals(at(place + i), bytes[i]);
        }
        assertEquals(place + left, source.position());
      }
    }
  }

  @Property(tries = 100)
  void seriesAreThePiecesOneAfterTheOther(
      @ForAll @IntRange(max = 5000) int offset,
      @ForAll @IntRange(min = 1, max = 9000) int size,
      @ForAll @IntRange(max = 9000) int gap,
      @ForAll @IntRange(min = 1, max = 100) int most)
      throws IOException {
    int stride = size + gap;
    int count = Math.min(most, (LENGTH - offset - size) / stride + 1);
    ByteBuffer target = ByteBuffer.allocate(count * size);
    try (ByteSource source = FileSource.open(shared, new StructurePath())) {
      source.copySeries(offset, size, stride, count, target);
      assertEquals(0, source.position());
    }
    assertEquals(count * size, target.position());
    for (int i = 0; i < count * size; i++) {
      assertEquals(at(offset + (long) (i / size) * stride + i % size), target.get(i));
    }
  }

  @Test
  void seriesPastTheEndIsTruncated() throws IOException {
    try (ByteSource source = FileSource.open(write(folder.resolve("f")), new StructurePath())) {
      ByteBuffer target = ByteBuffer.allocate(LENGTH);
      assertThrows(
          TruncatedDataException.class, () -> source.copySeries(LENGTH - 9, 4, 6, 2, target));
    }
  }

  @Test
  void bytesBeforeACutAreThere() throws IOException {
    Path file = write(folder.resolve("f"));
    try (ByteSource source = FileSource.open(file, new StructurePath())) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(1000);
      }
      source.seek(990);
      assertEquals(at(990), (byte) source.u8());
      source.seek(999);
      TruncatedDataException e = assertThrows(TruncatedDataException.class, source::be16);
      assertEquals(Reason.IMAGE_CHANGED, e.problem().reason());
      assertEquals(1000, e.offset());
    }
  }

  @Test
  void afterAReadThatFailsTheRestIsAsBefore() throws IOException {
    Path file = write(folder.resolve("f"));
    byte[] whole = Files.readAllBytes(file);
    try (ByteSource source = FileSource.open(file, new StructurePath())) {
      source.seek(100);
      assertEquals(at(100), (byte) source.u8());
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(20_000);
      }
      source.seek(16_400);
      assertThrows(TruncatedDataException.class, () -> source.has(1 << 16));
      assertEquals(16_400, source.position());
      Files.write(file, whole, StandardOpenOption.WRITE);
      source.seek(110);
      assertEquals(at(110), (byte) source.u8());
      source.seek(16_400);
      assertEquals(at(16_400), (byte) source.u8());
    }
  }

  @Test
  void copyIsThatOfAnyThread() throws Exception {
    try (ByteSource source = FileSource.open(write(folder.resolve("f")), new StructurePath())) {
      List<Thread> threads = new ArrayList<>();
      List<byte[]> copies = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        byte[] copy = new byte[LENGTH];
        copies.add(copy);
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        source.copySeries(0, 100, 100, LENGTH / 100, ByteBuffer.wrap(copy));
                      } catch (IOException e) {
                        throw new AssertionError(e);
                      }
                    }));
      }
      source.skip(LENGTH);
      for (Thread thread : threads) {
        thread.join();
      }
      byte[] expected = Arrays.copyOf(Files.readAllBytes(folder.resolve("f")), LENGTH / 100 * 100);
      for (byte[] copy : copies) {
        assertArrayEquals(expected, Arrays.copyOf(copy, expected.length));
      }
    }
  }

  @Test
  void allThatIsOwnedIsClosedWhateverOneSays() throws IOException {
    List<String> closed = new ArrayList<>();
    FileSource source = FileSource.open(write(folder.resolve("f")), new StructurePath());
    source.closeWith(() -> closed.add("first"));
    Closeable broken =
        () -> {
          throw new IOException("broken");
        };
    source.closeWith(broken);
    source.closeWith(() -> closed.add("last"));
    IOException e = assertThrows(IOException.class, source::close);
    assertEquals("broken", e.getMessage());
    assertEquals(List.of("last", "first"), closed);
    IOException gone =
        assertThrows(IOException.class, () -> source.copy(0, ByteBuffer.allocate(1)));
    assertFalse(gone instanceof TruncatedDataException);
  }
}
