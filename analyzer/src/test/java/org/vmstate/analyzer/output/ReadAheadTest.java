package org.vmstate.analyzer.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.error.NamedIOException;

/**
 * A range of a file is read ahead, whole and in order, and what goes wrong reaches who takes it.
 */
class ReadAheadTest {
  private static final int SIZE = 5 << 20;

  @TempDir Path folder;

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("in"), content);
  }

  private static byte[] random() {
    byte[] bytes = new byte[SIZE + 77];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 16, 1024, 2048, 2049, 3072, 4095, 4096, 1_000_003})
  void piecesAreTheRangeAndEndWithPagesOfTheOutput(long shift) throws IOException {
    byte[] content = random();
    Path file = file(content);
    long from = 5;
    long to = from + shift + (1 << 21);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (FileChannel channel = FileChannel.open(file);
        ReadAhead ahead = new ReadAhead(channel, file, from, content.length, to)) {
      for (ByteBuffer piece = ahead.next(); piece.hasRemaining(); piece = ahead.next()) {
        byte[] bytes = new byte[piece.remaining()];
        piece.get(bytes);
        all.write(bytes);
        assertTrue(from + all.size() == content.length || (to + all.size()) % ReadAhead.PIECE == 0);
        ahead.done(piece);
      }
    }
    assertArrayEquals(Arrays.copyOfRange(content, 5, content.length), all.toByteArray());
  }

  @Test
  void fileThatBecameShorterIsNamed() throws IOException {
    Path file = file(new byte[100_000]);
    try (FileChannel channel = FileChannel.open(file);
        ReadAhead ahead = new ReadAhead(channel, file, 0, SIZE, 0)) {
      NamedIOException e = assertThrows(NamedIOException.class, ahead::next);
      assertEquals(file + ": unexpected end at offset 100000", e.getMessage());
    }
  }

  @Test
  void whatTheOtherThreadMeetsIsThrownHere() throws IOException {
    Path file = file(random());
    FileChannel channel = FileChannel.open(file);
    channel.close();
    try (ReadAhead ahead = new ReadAhead(channel, file, 0, SIZE, 0)) {
      IOException e = assertThrows(IOException.class, ahead::next);
      assertTrue(
          e instanceof ClosedChannelException || e instanceof NamedIOException, e.toString());
    }
  }

  @Test
  void nobodyReadsAfterItWasClosedEarly() throws IOException {
    Path file = file(random());
    try (FileChannel channel = FileChannel.open(file)) {
      for (int i = 0; i < 100; i++) {
        ReadAhead ahead = new ReadAhead(channel, file, 0, SIZE, 0);
        if (i % 2 == 0) {
          ahead.next();
        }
        ahead.close();
        assertFalse(ahead.isAtWork());
      }
      assertTrue(channel.isOpen());
    }
  }

  @Test
  void interruptedTakerLeavesTheFileOpen() throws IOException {
    Path file = file(random());
    try (FileChannel channel = FileChannel.open(file)) {
      try (ReadAhead ahead = new ReadAhead(channel, file, 0, SIZE, 0)) {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedIOException.class, ahead::next);
      }
      assertTrue(Thread.interrupted());
      assertTrue(channel.isOpen());
    }
  }

  /** With and without a second thread, and with one that is free only after some time. */
  @ParameterizedTest
  @CsvSource({"0, 0", "0, 20", "0, 99", "1, 0", "1, 20", "1, 99", "4095, 20", "4096, 20"})
  void longRangesAreAppendedWherePagesLieOtherwise(int before, int free) throws IOException {
    byte[] content = new byte[40 << 20];
    new Random(2).nextBytes(content);
    Path file = file(content);
    Path out = folder.resolve("out");
    Watched progress = new Watched(content.length, free << 20);
    try (Destination target =
            Destination.of(
                FileChannel.open(
                    out,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.READ));
        FileChannel channel = FileChannel.open(file)) {
      target.append(new byte[before]);
      target.append(channel, file, 0, content.length, progress);
      assertEquals(content.length, progress.last);
      target.append(new byte[] {9});
      target.sink().flush();
    }
    byte[] written = Files.readAllBytes(out);
    assertEquals(before + content.length + 1, written.length);
    assertArrayEquals(content, Arrays.copyOfRange(written, before, before + content.length));
    assertEquals(9, written[written.length - 1]);
  }

  private static final class Watched implements Progress {
    private final long length;
    private final long free;
    private long last;

    Watched(long length, long free) {
      this.length = length;
      this.free = free;
    }

    @Override
    public void at(long offset, long total) {
      assertTrue(offset > last && total == length, offset + " of " + total);
      last = offset;
    }

    @Override
    public boolean hasProcessor() {
      return last >= free;
    }
  }
}
