package org.vmstate.writer.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.formats.error.NamedIOException;

/** What a sink asks of its file, and when; the file may do less at a time. */
class FileSinkCallsTest {
  private static final int BUFFER = 256 << 10;
  private static final int PAGE = 4096;

  private final RecordingChannel file = new RecordingChannel();
  private final FileSink sink = new FileSink(file, null, 0);

  @TempDir Path folder;

  private static byte[] bytes(int count) {
    byte[] data = new byte[count];
    for (int i = 0; i < count; i++) {
      data[i] = (byte) (i * 31 + (i >> 8) | 1);
    }
    return data;
  }

  @Test
  void smallWritesAreOne() throws IOException {
    sink.write(bytes(1000));
    sink.write(bytes(2000));
    assertEquals(List.of(), file.calls());
    sink.write(bytes(BUFFER));
    assertEquals(List.of("write 0+" + BUFFER), file.calls());
    sink.flush();
    assertEquals(List.of("write " + BUFFER + "+3000"), file.calls());
  }

  @Test
  void whatFillsTheBufferGoesPastIt() throws IOException {
    sink.write(bytes(BUFFER - 1));
    assertEquals(List.of(), file.calls());
    sink.flush();
    file.calls();
    sink.write(bytes(BUFFER));
    assertEquals(List.of("write " + (BUFFER - 1) + "+" + BUFFER), file.calls());
  }

  @Test
  void zerosThatFitIntoTheBufferAreNoHole() throws IOException {
    sink.u8(1);
    sink.zeros(BUFFER - 1);
    assertEquals(List.of(), file.calls());
    sink.flush();
    assertEquals(List.of("write 0+" + BUFFER), file.calls());
  }

  @Test
  void moreZerosAreAHole() throws IOException {
    sink.u8(1);
    sink.zeros(BUFFER);
    sink.u8(2);
    sink.flush();
    assertEquals(List.of("write 0+1", "write " + (BUFFER + 1) + "+1"), file.calls());
  }

  @Test
  void flushedAgainNothingIsWritten() throws IOException {
    sink.u8(1);
    sink.flush();
    file.calls();
    sink.flush();
    assertEquals(List.of(), file.calls());
  }

  /** Before what waits in memory, which then does not make the file longer. */
  @Test
  void fileReachesToAByteBeforeAnythingElseIsWritten() throws IOException {
    sink.write(bytes(5));
    sink.reach(9);
    assertEquals(List.of("write 9+1"), file.calls());
    sink.flush();
    assertEquals(List.of("write 0+5"), file.calls());
    assertArrayEquals(Arrays.copyOf(bytes(5), 10), file.content());
    assertEquals(5, sink.position());
  }

  @Test
  void buffersOfASinkAreOutsideOfTheHeap() {
    assertTrue(sink.allocate(10).isDirect());
    assertEquals(10, sink.allocate(10).remaining());
  }

  @Test
  void everyByteIsWrittenAFewAtATime() throws IOException {
    file.most(1000);
    sink.writeAt(7, ByteBuffer.wrap(bytes(2500)));
    assertEquals(List.of("write 7+1000", "write 1007+1000", "write 2007+500"), file.calls());
    assertArrayEquals(bytes(2500), file.content(7, 2500));
  }

  @Test
  void everyByteIsReadAFewAtATime() throws IOException {
    sink.writeAt(0, ByteBuffer.wrap(bytes(100)));
    file.most(7);
    ByteBuffer read = ByteBuffer.allocate(90);
    sink.readAt(5, read);
    assertArrayEquals(Arrays.copyOfRange(bytes(100), 5, 95), read.array());
  }

  @Test
  void everyByteIsTransferredAFewAtATime() throws IOException {
    Path other = folder.resolve("other");
    Files.write(other, bytes(5000));
    file.most(1000);
    FileSink part = new FileSink(file, null, 0, 30);
    try (FileChannel source = FileChannel.open(other)) {
      part.transferAt(source, 100, 2500, 5);
    }
    assertEquals(List.of("write 35+1000", "write 1035+1000", "write 2035+500"), file.calls());
    assertArrayEquals(Arrays.copyOfRange(bytes(5000), 100, 2600), file.content(35, 2500));
  }

  @Test
  void whatCannotBeTransferredIsReadAndWritten() throws IOException {
    RecordingChannel source = new RecordingChannel();
    source.write(ByteBuffer.wrap(bytes(5000)), 0);
    file.withoutMoves().most(1000);
    sink.transferAt(source, 100, 2500, 5);
    assertArrayEquals(Arrays.copyOfRange(bytes(5000), 100, 2600), file.content(5, 2500));
    EOFException e = assertThrows(EOFException.class, () -> sink.transferAt(source, 4000, 1001, 5));
    assertEquals("unexpected end at offset 5000", e.getMessage());
  }

  /** What the kernel says of a transfer is about either file. */
  @Test
  void failedTransferIsOfTheFileThatFailed() throws IOException {
    RecordingChannel source = new RecordingChannel();
    source.write(ByteBuffer.wrap(bytes(5000)), 0);
    file.withoutMoves().full();
    NamedIOException full =
        assertThrows(NamedIOException.class, () -> sink.transferAt(source, 100, 2500, 5));
    assertEquals("output: full", full.getMessage());
    source.unreadable();
    IOException unread =
        assertThrows(IOException.class, () -> sink.transferAt(source, 100, 2500, 5));
    assertEquals("unreadable", unread.getMessage());
    assertFalse(unread instanceof NamedIOException);
  }

  @Test
  void threadThatHasWrittenLetsOthersWrite() throws Exception {
    sink.writeAt(0, ByteBuffer.wrap(bytes(3)));
    Thread other =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    sink.writeAt(3, ByteBuffer.wrap(bytes(3)));
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    assertTrue(other.join(Duration.ofSeconds(30)));
    assertEquals(6, file.content().length);
  }

  /** Whole pages past the page cache, what is around them through it. */
  @ParameterizedTest
  @CsvSource({
    "4096, 4096, 4096, , 4096+4096",
    "4096, 4000, 200, 4000+200, ",
    "4096, 4000, 4192, 4000+96, 4096+4096",
    "4096, 4096, 4097, 8192+1, 4096+4096",
    "4096, 100, 12288, 100+3996 12288+100, 4096+8192",
    "4096, 1, 8190, 1+8190, ",
    "4096, 1, 8191, 1+4095, 4096+4096",
    "8192, 4096, 20000, 4096+4096 16384+7712, 8192+8192"
  })
  void wholePagesGoPastThePageCache(
      int alignment, int offset, int length, String through, String past) throws IOException {
    for (int position : new int[] {0, 3}) {
      RecordingChannel direct = new RecordingChannel(alignment);
      FileSink both = new FileSink(file, new DirectFile(direct, alignment), 0);
      ByteBuffer data = ByteBuffer.allocateDirect(length + 2 * alignment).alignedSlice(alignment);
      data.put(position, bytes(length)).position(position).limit(position + length);
      both.writeAt(offset, data);
      assertEquals(0, data.remaining());
      assertEquals(asked(through), file.calls());
      assertEquals(asked(past), direct.calls());
      byte[] all = file.content(offset, length);
      byte[] pages = direct.content(offset, length);
      for (int i = 0; i < length; i++) {
        all[i] |= pages[i];
      }
      assertArrayEquals(bytes(length), all);
    }
  }

  private static List<String> asked(String places) {
    return places == null
        ? List.of()
        : Arrays.stream(places.split(" ")).map(place -> "write " + place).toList();
  }

  @Test
  void alignedBytesAreNotCopied() throws IOException {
    int length = 3 << 20;
    RecordingChannel direct = new RecordingChannel(PAGE);
    ByteBuffer data = ByteBuffer.allocateDirect(length + PAGE).alignedSlice(PAGE).limit(length);
    data.put(bytes(length)).flip();
    new DirectFile(direct, PAGE).write(PAGE, data);
    assertEquals(List.of("write 4096+" + length), direct.calls());
  }

  @Test
  void otherBytesAreCopiedOneMegabyteAtATime() throws IOException {
    RecordingChannel direct = new RecordingChannel(PAGE);
    byte[] data = bytes((2 << 20) + PAGE);
    new DirectFile(direct, PAGE).write(PAGE, ByteBuffer.wrap(data));
    assertEquals(
        List.of("write 4096+1048576", "write 1052672+1048576", "write 2101248+4096"),
        direct.calls());
    assertArrayEquals(data, direct.content(PAGE, data.length));
  }

  @Test
  void everyPageIsWrittenOneAtATime() throws IOException {
    byte[] data = bytes(3 * PAGE);
    for (boolean aligned : new boolean[] {false, true}) {
      RecordingChannel direct = new RecordingChannel(PAGE).most(PAGE);
      ByteBuffer buffer = ByteBuffer.allocateDirect(5 * PAGE).alignedSlice(PAGE);
      buffer.position(aligned ? 0 : 5).put(data).flip().position(aligned ? 0 : 5);
      new DirectFile(direct, PAGE).write(PAGE, buffer);
      assertArrayEquals(data, direct.content(PAGE, data.length));
      assertEquals(0, buffer.remaining());
    }
  }
}
