package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.writer.io.BackgroundStream;

class BackgroundStreamTest {
  private static final int PIECE = 512 << 10;

  /** Throws at the n-th write. */
  private static final class Failing extends OutputStream {
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
  }

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
}
