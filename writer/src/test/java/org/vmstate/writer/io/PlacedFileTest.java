package org.vmstate.writer.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.error.NamedIOException;

/** An output over what stands in a file is never taken for one before it is whole. */
class PlacedFileTest {
  private static final int OFFSET = 100;
  private static final int HEAD = 4096;

  @TempDir Path folder;

  private Path path;
  private byte[] old;

  @BeforeEach
  void fill() throws IOException {
    path = folder.resolve("file");
    old = new byte[10_000];
    Arrays.fill(old, (byte) 'x');
    Files.write(path, old);
  }

  private static byte[] bytes(int count) {
    byte[] data = new byte[count];
    for (int i = 0; i < count; i++) {
      data[i] = (byte) (i * 31 + (i >> 8) | 1);
    }
    return data;
  }

  /** What stood before the output, and the output, its first bytes zeros or as they are. */
  private byte[] expected(byte[] output, int zeros) {
    byte[] all = Arrays.copyOf(old, OFFSET + output.length);
    System.arraycopy(output, 0, all, OFFSET, output.length);
    Arrays.fill(all, OFFSET, OFFSET + Math.min(zeros, output.length), (byte) 0);
    return all;
  }

  @Test
  void whatStoodThereIsGoneAtOnce() throws IOException {
    PlacedFile.open(path, OFFSET).close();
    assertArrayEquals(Arrays.copyOf(old, OFFSET), Files.readAllBytes(path));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, HEAD - 1, HEAD, HEAD + 1, 20_000, 600_000})
  void firstBytesComeLastAndTheFileEndsWithTheOutput(int length) throws IOException {
    for (boolean sync : new boolean[] {false, true}) {
      try (PlacedFile file = PlacedFile.open(path, OFFSET)) {
        file.sink().write(bytes(length));
        file.sink().flush();
        assertArrayEquals(expected(bytes(length), HEAD), Files.readAllBytes(path));
        file.commit(sync);
      }
      assertArrayEquals(expected(bytes(length), 0), Files.readAllBytes(path));
    }
  }

  @Test
  void outputMayStandAfterAllThatIsThere() throws IOException {
    try (PlacedFile file = PlacedFile.open(path, old.length)) {
      file.sink().u8(7);
      file.sink().flush();
      file.commit(true);
    }
    byte[] expected = Arrays.copyOf(old, old.length + 1);
    expected[old.length] = 7;
    assertArrayEquals(expected, Files.readAllBytes(path));
  }

  @Test
  void offsetPastTheEndIsRefused() throws IOException {
    IOException e = assertThrows(IOException.class, () -> PlacedFile.open(path, 10_001));
    assertEquals(path + ": expected an offset up to 10000, found 10001", e.getMessage());
    assertArrayEquals(old, Files.readAllBytes(path));
  }

  /** Places are offsets of the file; what was written to the first bytes can be read again. */
  @Test
  void firstBytesMayBeWrittenAgainAndRead() throws IOException {
    byte[] output = bytes(9000);
    try (PlacedFile file = PlacedFile.open(path, OFFSET)) {
      FileSink sink = file.sink();
      assertEquals(OFFSET, sink.position());
      sink.write(output);
      sink.flush();
      sink.writeAt(OFFSET + HEAD - 3, ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
      System.arraycopy(new byte[] {1, 2, 3, 4, 5}, 0, output, HEAD - 3, 5);
      ByteBuffer read = ByteBuffer.allocate(HEAD + 50);
      sink.readAt(OFFSET + 10, read);
      assertArrayEquals(Arrays.copyOfRange(output, 10, HEAD + 60), read.array());
      file.commit(false);
    }
    assertArrayEquals(expected(output, 0), Files.readAllBytes(path));
  }

  private FileChannel source(int length) throws IOException {
    Path other = folder.resolve("other");
    Files.write(other, bytes(length));
    return FileChannel.open(other);
  }

  @ParameterizedTest
  @ValueSource(ints = {OFFSET, OFFSET + 10, OFFSET + HEAD - 1, OFFSET + HEAD})
  void bytesOfAnotherFileAreKeptToo(int place) throws IOException {
    byte[] output = new byte[20_000];
    try (PlacedFile file = PlacedFile.open(path, OFFSET);
        FileChannel source = source(9000)) {
      file.sink().transferAt(source, 1000, 8000, place);
      file.sink().skipTo(OFFSET + output.length);
      file.sink().flush();
      System.arraycopy(bytes(9000), 1000, output, place - OFFSET, 8000);
      assertArrayEquals(expected(output, HEAD), Files.readAllBytes(path));
      file.commit(false);
    }
    assertArrayEquals(expected(output, 0), Files.readAllBytes(path));
  }

  @Test
  void otherFileHasToHaveTheFirstBytes() throws IOException {
    try (PlacedFile file = PlacedFile.open(path, OFFSET);
        FileChannel source = source(50)) {
      EOFException e =
          assertThrows(EOFException.class, () -> file.sink().transferAt(source, 40, 20, OFFSET));
      assertEquals("unexpected end at offset 50", e.getMessage());
    }
  }

  @Test
  void closedFileNamesItselfWhereItIsUsed() throws IOException {
    PlacedFile file = PlacedFile.open(path, OFFSET);
    file.close();
    IOException e =
        assertThrows(IOException.class, () -> file.sink().writeAt(9000, ByteBuffer.allocate(1)));
    assertEquals(path + ": java.nio.channels.ClosedChannelException", e.getMessage());
  }

  /** On a block device everything that is not written would be what stood there. */
  @Test
  void whereThereAreNoHolesZerosAreWritten() throws IOException {
    int length = 600_000;
    byte[] before = new byte[length + 10];
    Arrays.fill(before, (byte) 'x');
    Files.write(path, before);
    try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileSink sink = new FileSink(channel, 0, new HeldHead(0), true)) {
      sink.zeros(length);
      assertEquals(length, sink.position());
      sink.flush();
    }
    byte[] expected = before.clone();
    Arrays.fill(expected, HEAD, length, (byte) 0);
    assertArrayEquals(expected, Files.readAllBytes(path));
  }

  private static RecordingChannel device(int length) throws IOException {
    RecordingChannel device = new RecordingChannel();
    device.write(ByteBuffer.wrap(new byte[length]), 0);
    device.calls();
    return device;
  }

  @Test
  void eachStepIsOnDiskBeforeTheNext() throws IOException {
    RecordingChannel channel = device(200);
    try (PlacedFile file = PlacedFile.on(channel, "x", true, OFFSET)) {
      assertEquals(List.of("truncate 100", "force"), channel.calls());
      file.sink().write(bytes(5000));
      file.sink().flush();
      assertEquals(List.of("write 4196+904"), channel.calls());
      file.commit(true);
      assertEquals(List.of("force", "write 100+4096", "force"), channel.calls());
    }
    assertEquals(List.of("close"), channel.calls());
  }

  @Test
  void withoutSyncNothingWaitsForTheDisk() throws IOException {
    RecordingChannel channel = device(200);
    try (PlacedFile file = PlacedFile.on(channel, "x", true, OFFSET)) {
      file.sink().write(bytes(5000));
      file.sink().flush();
      channel.calls();
      file.commit(false);
      assertEquals(List.of("write 100+4096"), channel.calls());
    }
  }

  @Test
  void firstBytesOfADeviceBecomeZeros() throws IOException {
    RecordingChannel device = device(20_000);
    PlacedFile.on(device, "x", false, OFFSET).close();
    assertEquals(List.of("write 100+4096", "force", "close"), device.calls());
  }

  @Test
  void zerosEndWithTheDevice() throws IOException {
    RecordingChannel device = device(1000);
    PlacedFile.on(device, "x", false, OFFSET).close();
    assertEquals(List.of("write 100+900", "force", "close"), device.calls());
  }

  @Test
  void deviceHasNoHoles() throws IOException {
    RecordingChannel device = device(1_000_000);
    try (PlacedFile file = PlacedFile.on(device, "x", false, 0)) {
      device.calls();
      file.sink().zeros(600_000);
      file.sink().flush();
      assertEquals(
          List.of("write 4096+258048", "write 262144+262144", "write 524288+75712"),
          device.calls());
    }
  }

  @Test
  void firstBytesMayBeWrittenAFewAtATime() throws IOException {
    RecordingChannel device = device(20_000).most(1000);
    try (PlacedFile file = PlacedFile.on(device, "x", false, OFFSET)) {
      file.sink().write(bytes(3000));
      file.sink().flush();
      device.calls();
      file.commit(false);
      assertEquals(List.of("write 100+1000", "write 1100+1000", "write 2100+1000"), device.calls());
    }
    assertArrayEquals(bytes(3000), device.content(OFFSET, 3000));
  }

  @Test
  void refusedFileIsClosed() throws IOException {
    RecordingChannel device = device(99);
    assertThrows(IOException.class, () -> PlacedFile.on(device, "x", false, OFFSET));
    assertEquals(List.of("close"), device.calls());
  }

  @Test
  void closedFileCannotBeCommitted() throws IOException {
    PlacedFile file = PlacedFile.open(path, OFFSET);
    file.close();
    IOException e = assertThrows(NamedIOException.class, () -> file.commit(true));
    assertEquals(path + ": " + ClosedChannelException.class.getName(), e.getMessage());
  }
}
