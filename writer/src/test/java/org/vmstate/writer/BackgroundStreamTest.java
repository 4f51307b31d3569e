package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.writer.io.BackgroundStream;

class BackgroundStreamTest {
  private static final int PIECE = 512 << 10;

  /** Throws at the n-th write, and again when it is closed. */
  private static final class Failing extends OutputStream {
    private int closed;
    private final Throwable failure;
    private int left;

    Failing(int left, Throwable failure) {
      this.left = left;
      this.failure = failure;
    }

    @Override
    public void write(int b) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(byte[] data, int from, int length) throws IOException {
      if (--left > 0) {
        return;
      }
      switch (failure) {
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new AssertionError(failure);
      }
    }

    @Override
    public void close() throws IOException {
      closed++;
      throw new IOException("closed");
    }
  }

  @Test
  void otherStreamIsClosedAlsoWhenItFailed() throws IOException {
    for (Throwable failure : List.of(new OutOfMemoryError("test"), new IOException("full"))) {
      Failing target = new Failing(1, failure);
      BackgroundStream stream = new BackgroundStream(target);
      stream.write(1);
      assertSame(failure, assertThrows(Throwable.class, stream::close));
      assertEquals(1, target.closed);
    }
  }

  @Tag("slow")
  @Test
  void whateverTheOtherThreadMeetsReachesTheOwner() {
    for (Throwable failure :
        List.of(new OutOfMemoryError("test"), new IllegalStateException(), new IOException())) {
      for (int pieces = 1; pieces < 12; pieces++) {
        for (int n = 1; n <= pieces; n++) {
          int count = pieces;
          int failing = n;
          Throwable met =
              assertTimeoutPreemptively(
                  Duration.ofMinutes(1),
                  () ->
                      assertThrows(
                          Throwable.class,
                          () -> {
                            BackgroundStream stream =
                                new BackgroundStream(new Failing(failing, failure));
                            try {
                              for (int i = 0; i < count; i++) {
                                stream.write(new byte[PIECE]);
                              }
                              stream.close();
                            } finally {
                              stream.abandon();
                            }
                          }));
          assertSame(failure, met);
        }
      }
    }
  }

  @Test
  void abandonedAfterAFailureItsThreadEnds() {
    assertTimeoutPreemptively(
        Duration.ofMinutes(1),
        () -> {
          BackgroundStream stream = new BackgroundStream(new Failing(1, new OutOfMemoryError()));
          assertThrows(
              OutOfMemoryError.class,
              () -> {
                while (true) {
                  stream.write(new byte[PIECE]);
                }
              });
          // and so does whoever does not take the first error for an answer
          for (int i = 0; i < 10; i++) {
            assertThrows(OutOfMemoryError.class, () -> stream.write(new byte[PIECE]));
          }
          stream.abandon();
        });
  }

  /** Keeps what arrives, and waits for a permit before each write. */
  private static final class Slow extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Semaphore permits = new Semaphore(0);
    private int closed;

    @Override
    public void write(int b) {
      throw new UnsupportedOperationException();
    }

    @Override
    public synchronized void write(byte[] data, int from, int length) {
      permits.acquireUninterruptibly();
      bytes.write(data, from, length);
    }

    @Override
    public void close() {
      closed++;
    }
  }

  private static byte[] bytes(int count) {
    byte[] data = new byte[count];
    for (int i = 0; i < count; i++) {
      data[i] = (byte) (i * 31 + (i >> 8));
    }
    return data;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, PIECE - 1, PIECE, PIECE + 1, 7 * PIECE + 5})
  void everyByteArrivesInOrderBeforeTheStreamIsClosed(int count) throws IOException {
    Slow slow = new Slow();
    slow.permits.release(100);
    byte[] data = bytes(count + 10);
    BackgroundStream stream = new BackgroundStream(slow);
    stream.write(0x141);
    stream.write(data, 7, count);
    stream.write(new byte[] {9});
    stream.close();
    stream.close();
    assertEquals(1, slow.closed);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    expected.write(0x41);
    expected.write(data, 7, count);
    expected.write(9);
    assertArrayEquals(expected.toByteArray(), slow.bytes.toByteArray());
  }

  /** Whatever is on its way when the work is given up does not become a file that looks whole. */
  @Test
  void abandonedStreamIsNotClosedAndGetsNothingMore() throws IOException {
    Slow slow = new Slow();
    BackgroundStream stream = new BackgroundStream(slow);
    stream.write(new byte[3 * PIECE]);
    // abandoning waits for the write that has begun
    Thread.ofVirtual().start(() -> slow.permits.release(100));
    stream.abandon();
    assertEquals(0, slow.closed);
    assertTrue(slow.bytes.size() <= 3 * PIECE);
    assertThrows(IOException.class, () -> stream.write(new byte[PIECE]));
    stream.close();
    stream.abandon();
    assertEquals(0, slow.closed);
  }

  @Test
  void interruptedWriterSaysSoAndStaysInterrupted() throws Exception {
    Slow slow = new Slow();
    BackgroundStream stream = new BackgroundStream(slow);
    List<Throwable> met = new ArrayList<>();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    stream.write(new byte[20 * PIECE]);
                  } catch (IOException e) {
                    met.add(e);
                  }
                  met.add(Thread.currentThread().isInterrupted() ? null : new AssertionError());
                });
    writer.interrupt();
    writer.join();
    assertEquals("interrupted", met.getFirst().getMessage());
    assertNull(met.getLast());
    slow.permits.release(100);
    stream.abandon();
  }

  /** Waits until a thread waits, or has nothing to wait for as the other one had not begun. */
  private static void untilItWaits(Thread thread) throws InterruptedException {
    while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
      Thread.sleep(1);
    }
  }

  @Test
  void closingWaitsAlsoWhenInterrupted() throws Exception {
    Slow slow = new Slow();
    BackgroundStream stream = new BackgroundStream(slow);
    stream.write(bytes(3));
    List<Boolean> interrupted = new ArrayList<>();
    Thread closer =
        Thread.ofPlatform()
            .start(
                () -> {
                  Thread.currentThread().interrupt();
                  try {
                    stream.close();
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                  interrupted.add(Thread.currentThread().isInterrupted());
                });
    untilItWaits(closer);
    slow.permits.release(1);
    closer.join();
    assertEquals(List.of(true), interrupted);
    assertEquals(3, slow.bytes.size());
    assertEquals(1, slow.closed);
  }

  @Test
  void closingInterruptsNobody() throws IOException {
    BackgroundStream stream = new BackgroundStream(new ByteArrayOutputStream());
    stream.write(1);
    stream.close();
    assertFalse(Thread.interrupted());
  }

  @Test
  void failureOfTheLastWriteReachesWhoeverCloses() throws IOException {
    IOException failure = new IOException();
    BackgroundStream stream = new BackgroundStream(new Failing(1, failure));
    stream.write(1);
    assertSame(failure, assertThrows(IOException.class, stream::close));
  }

  @Test
  void failureReachesAWriterThatWaitsForABuffer() throws Exception {
    Semaphore permits = new Semaphore(0);
    IOException failure = new IOException();
    BackgroundStream stream =
        new BackgroundStream(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                permits.acquireUninterruptibly();
                throw failure;
              }
            });
    List<Throwable> met = new ArrayList<>();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    stream.write(new byte[5 * PIECE]);
                  } catch (IOException e) {
                    met.add(e);
                  }
                });
    untilItWaits(writer);
    permits.release(1);
    writer.join();
    assertEquals(List.of(failure), met);
    stream.abandon();
  }

  @Test
  void whatWaitsWhenTheWorkIsGivenUpIsNotWritten() throws Exception {
    Slow slow = new Slow();
    BackgroundStream stream = new BackgroundStream(slow);
    stream.write(new byte[3 * PIECE]);
    Thread quitter = Thread.ofPlatform().start(stream::abandon);
    untilItWaits(quitter);
    slow.permits.release(100);
    quitter.join();
    // the one that has begun
    assertTrue(slow.bytes.size() <= PIECE, slow.bytes.size() + " bytes");
  }

  /** The thread that writes, when it is interrupted by somebody. */
  @Test
  void interruptedThreadIsAFailure() throws IOException {
    BackgroundStream stream =
        new BackgroundStream(
            new OutputStream() {
              @Override
              public void write(int b) {
                Thread.currentThread().interrupt();
              }
            });
    stream.write(1);
    stream.write(new byte[PIECE]);
    assertEquals("interrupted", assertThrows(IOException.class, stream::close).getMessage());
  }

  @Test
  void threadDoesNotKeepTheProgramAlive() throws IOException {
    List<Boolean> daemon = new ArrayList<>();
    BackgroundStream stream =
        new BackgroundStream(
            new OutputStream() {
              @Override
              public void write(int b) {
                daemon.add(Thread.currentThread().isDaemon());
              }
            });
    stream.write(1);
    stream.close();
    assertEquals(List.of(true), daemon);
  }
}
