package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.DirectFile;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.io.StreamSink;

/** What sinks write, where they stand, and when it leaves the memory. */
class SinkBytesTest {
  @TempDir Path folder;

  /** Remembers what a stream was given, and when. */
  private static final class Calls extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<String> calls = new ArrayList<>();

    @Override
    public void write(int b) {
      throw new AssertionError("one byte at a time");
    }

    @Override
    public void write(byte[] data, int from, int length) {
      bytes.write(data, from, length);
      calls.add("write " + length);
    }

    @Override
    public void flush() {
      calls.add("flush");
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }

  private static byte[] bytes(int count) {
    byte[] data = new byte[count];
    for (int i = 0; i < count; i++) {
      data[i] = (byte) (i * 31 + (i >> 8));
    }
    return data;
  }

  private Path path() {
    return folder.resolve("file");
  }

  private FileSink file(long offset, long base) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return base == 0
        ? new FileSink(channel, null, offset)
        : new FileSink(channel, null, offset, base);
  }

  private byte[] content() throws IOException {
    return Files.readAllBytes(path());
  }

  private static void values(ByteSink sink) throws IOException {
    sink.u8(0xfe);
    assertEquals(1, sink.position());
    sink.be32(0xfffefdfcL);
    assertEquals(5, sink.position());
    sink.be64(0x0102030405060708L);
    sink.shortString("n\u00e4me");
    sink.shortString("");
    sink.zeros(3);
    OutputStream stream = sink.asStream();
    stream.write(0x41);
    stream.write(new byte[] {1, 2, 3, 4}, 1, 2);
    stream.close();
    assertEquals(13 + 5 + 1 + 3 + 3, sink.position());
  }

  private static byte[] expectedValues() {
    ImageBytes expected = new ImageBytes().u8(0xfe).be32(0xfffefdfcL).be64(0x0102030405060708L);
    return expected.name("n\u00e4me").u8(0).zeros(3).u8(0x41).u8(2).u8(3).toBytes();
  }

  @Test
  void integersAreBigEndian() throws IOException {
    Calls calls = new Calls();
    try (StreamSink sink = new StreamSink(calls)) {
      values(sink);
    }
    assertArrayEquals(expectedValues(), calls.bytes.toByteArray());
    try (FileSink sink = file(0, 0)) {
      values(sink);
      sink.flush();
    }
    assertArrayEquals(expectedValues(), content());
  }

  @Test
  void nameHasAtMost255Bytes() throws IOException {
    Calls calls = new Calls();
    try (StreamSink sink = new StreamSink(calls)) {
      sink.shortString("n".repeat(255));
      assertEquals(256, sink.position());
      assertThrows(IllegalArgumentException.class, () -> sink.shortString("n".repeat(256)));
      assertEquals(256, sink.position());
    }
  }

  @Test
  void streamGetsWhatIsThereWhenItIsFlushedOrClosed() throws IOException {
    Calls calls = new Calls();
    StreamSink sink = new StreamSink(calls);
    sink.write(bytes(10));
    assertEquals(List.of(), calls.calls);
    sink.flush();
    assertEquals(List.of("write 10", "flush"), calls.calls);
    sink.write(bytes(5));
    sink.close();
    assertEquals(List.of("write 10", "flush", "write 5", "close"), calls.calls);
  }

  @Test
  void streamGetsNothingBeforeMoreThan64KibAreThere() throws IOException {
    Calls calls = new Calls();
    try (StreamSink sink = new StreamSink(calls)) {
      sink.write(bytes(65536));
      assertEquals(List.of(), calls.calls);
      sink.u8(1);
      assertEquals(List.of("write 65536"), calls.calls);
    }
  }

  /** 64 KiB are kept; what is longer goes past them, after them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 65535, 65536, 65537, 200_000})
  void streamGetsAllBytesInOrder(int count) throws IOException {
    for (boolean array : new boolean[] {true, false}) {
      Calls calls = new Calls();
      byte[] data = bytes(count + 7);
      try (StreamSink sink = new StreamSink(calls)) {
        sink.write(bytes(3));
        ByteBuffer buffer =
            array ? ByteBuffer.wrap(data) : ByteBuffer.allocateDirect(count + 7).put(data);
        buffer.position(3).limit(count + 4);
        ByteBuffer part = buffer.slice().position(1);
        sink.write(part);
        assertEquals(0, part.remaining());
        assertEquals(3 + count, sink.position());
        sink.write(bytes(2));
      }
      ImageBytes expected = new ImageBytes().raw(bytes(3));
      expected.raw(Arrays.copyOfRange(data, 4, count + 4)).raw(bytes(2));
      assertArrayEquals(expected.toBytes(), calls.bytes.toByteArray());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 200_000, 262_143, 262_144, 262_145})
  void zerosAreThatMany(int count) throws IOException {
    byte[] expected = new ImageBytes().u8(1).zeros(count).u8(2).toBytes();
    Calls calls = new Calls();
    try (StreamSink sink = new StreamSink(calls)) {
      sink.u8(1);
      sink.zeros(count);
      sink.u8(2);
    }
    assertArrayEquals(expected, calls.bytes.toByteArray());
    try (FileSink sink = file(0, 0)) {
      sink.u8(1);
      sink.zeros(count);
      assertEquals(count + 1, sink.position());
      sink.u8(2);
      sink.flush();
    }
    assertArrayEquals(expected, content());
  }

  /** 256 KiB are kept; what is longer goes past them, after them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 262_143, 262_144, 262_145, 600_000})
  void fileGetsAllBytesInOrder(int count) throws IOException {
    try (FileSink sink = file(0, 0)) {
      for (int i = 0; i < 2; i++) {
        ByteBuffer part = ByteBuffer.wrap(bytes(count));
        sink.write(part);
        assertEquals(0, part.remaining());
        sink.write(bytes(3));
      }
      assertEquals(2 * count + 6, sink.position());
      sink.flush();
      assertEquals(2 * count + 6, sink.position());
      sink.u8(9);
      sink.flush();
    }
    ImageBytes expected = new ImageBytes().raw(bytes(count)).raw(bytes(3));
    expected.raw(bytes(count)).raw(bytes(3)).u8(9);
    assertArrayEquals(expected.toBytes(), content());
  }

  @Test
  void fileMayGoOnFromAnOffsetOfAPart() throws IOException {
    Files.write(path(), bytes(100));
    try (FileSink sink = file(10, 0)) {
      assertEquals(10, sink.position());
      sink.write(new byte[] {1, 2});
      sink.flush();
    }
    try (FileSink sink = file(5, 50)) {
      assertEquals(5, sink.position());
      sink.write(new byte[] {3, 4});
      sink.skipTo(20);
      sink.u8(5);
      sink.writeAt(30, ByteBuffer.wrap(new byte[] {6}));
      sink.flush();
      ByteBuffer read = ByteBuffer.allocate(2);
      sink.readAt(5, read);
      assertArrayEquals(new byte[] {3, 4}, read.array());
    }
    byte[] expected = bytes(100);
    expected[10] = 1;
    expected[11] = 2;
    expected[55] = 3;
    expected[56] = 4;
    expected[70] = 5;
    expected[80] = 6;
    assertArrayEquals(expected, content());
  }

  @Test
  void fileThatEndsWithAHoleOfAPartHasItsLength() throws IOException {
    try (FileSink sink = file(0, 1000)) {
      sink.skipTo(500);
      sink.flush();
      assertEquals(1500, Files.size(path()));
      sink.flush();
      sink.skipTo(500);
      sink.flush();
    }
    assertEquals(1500, Files.size(path()));
  }

  @Test
  void flushedFileKeepsItsLastByte() throws IOException {
    try (FileSink sink = file(0, 0)) {
      sink.write(new byte[] {1, 2, 3});
      sink.flush();
      sink.flush();
    }
    assertArrayEquals(new byte[] {1, 2, 3}, content());
  }

  @Test
  void readingPastTheEndGivesZeros() throws IOException {
    try (FileSink sink = file(0, 0)) {
      sink.writeAt(0, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      ByteBuffer read = ByteBuffer.wrap(bytes(6));
      sink.readAt(1, read);
      assertArrayEquals(new byte[] {2, 3, 0, 0, 0, 0}, read.array());
      assertEquals(0, read.remaining());
    }
  }

  @Test
  void bytesAreWrittenFromTheBuffersPositionToItsLimit() throws IOException {
    try (FileSink sink = file(0, 0)) {
      ByteBuffer data = ByteBuffer.wrap(bytes(700_000)).position(10).limit(600_010);
      sink.writeAt(5, data);
      assertEquals(600_010, data.position());
      assertEquals(600_010, data.limit());
    }
    ImageBytes expected = new ImageBytes().zeros(5);
    expected.raw(Arrays.copyOfRange(bytes(700_000), 10, 600_010));
    assertArrayEquals(expected.toBytes(), content());
  }

  @Test
  void transferNeedsAllBytes() throws IOException {
    Path from = folder.resolve("from");
    Files.write(from, bytes(100));
    try (FileSink sink = file(0, 20);
        FileChannel source = FileChannel.open(from)) {
      assertTrue(sink.isTransferable());
      sink.transferAt(source, 40, 60, 5);
      EOFException e = assertThrows(EOFException.class, () -> sink.transferAt(source, 40, 61, 5));
      assertEquals("unexpected end at offset 100", e.getMessage());
      // the lock is given back: others can still write
      Thread other =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      sink.writeAt(0, ByteBuffer.wrap(new byte[] {7}));
                    } catch (IOException failed) {
                      throw new AssertionError(failed);
                    }
                  });
      assertTrue(other.join(Duration.ofSeconds(30)));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    ImageBytes expected = new ImageBytes().zeros(20).u8(7).zeros(4);
    assertArrayEquals(expected.raw(Arrays.copyOfRange(bytes(100), 40, 100)).toBytes(), content());
  }

  @Test
  void closingClosesTheFiles() throws IOException {
    FileChannel channel =
        FileChannel.open(path(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    DirectFile direct = DirectFile.open(path());
    FileSink sink = new FileSink(channel, direct, 0);
    assertFalse(sink.isTransferable());
    sink.close();
    assertFalse(channel.isOpen());
    IOException closed =
        assertThrows(
            IOException.class,
            () -> sink.writeAt(0, ByteBuffer.allocateDirect(3 * 65536).alignedSlice(65536)));
    assertInstanceOf(ClosedChannelException.class, closed.getCause());
    Calls calls = new Calls();
    new StreamSink(calls).close();
    assertEquals("close", calls.calls.getLast());
  }

  /** Parts of pages at both ends go through the page cache, whole ones past it. */
  @Test
  void directWritesReachEveryByte() throws IOException {
    byte[] expected = new byte[4 << 20];
    try (FileChannel channel =
            FileChannel.open(
                path(),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileSink sink = new FileSink(channel, DirectFile.open(path()), 0)) {
      sink.writeAt(expected.length - 1, ByteBuffer.allocate(1));
      for (int offset : new int[] {0, 1, 4095, 4096, 8192, 1 << 20}) {
        for (int length : new int[] {1, 4095, 4096, 4097, 8191, 8192, 12289, 2_200_000}) {
          for (boolean aligned : new boolean[] {false, true}) {
            byte[] data = bytes(length);
            data[0] = (byte) (offset + length);
            ByteBuffer buffer = ByteBuffer.allocateDirect(length + 2 * 65536).alignedSlice(65536);
            buffer.position(aligned ? 0 : 3).put(data);
            buffer.limit(buffer.position()).position(aligned ? 0 : 3);
            sink.writeAt(offset, buffer);
            assertEquals(0, buffer.remaining());
            System.arraycopy(data, 0, expected, offset, length);
          }
        }
      }
    }
    assertArrayEquals(expected, content());
  }

  @Test
  void folderWithoutDirectAccessIsNamed() {
    Path missing = folder.resolve("missing/file");
    assertThrows(IOException.class, () -> DirectFile.open(missing));
  }
}
