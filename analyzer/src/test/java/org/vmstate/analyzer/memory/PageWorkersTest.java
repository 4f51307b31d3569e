package org.vmstate.analyzer.memory;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageWorkersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Whichever job fails: the owner is thrown it, and no buffer is waited for that never comes. */
  @Test
  void whateverAJobThrowsReachesTheOwner() {
    for (Throwable failure :
        List.of(new OutOfMemoryError("test"), new IllegalStateException(), new IOException())) {
      for (int failing = 0; failing < 9; failing++) {
        int n = failing;
        Throwable met =
            assertTimeoutPreemptively(
                PATIENCE, () -> assertThrows(Throwable.class, () -> run(n, failure)));
        assertSame(failure, met);
      }
    }
  }

  private static void run(int failing, Throwable failure) throws IOException {
    try (PageWorkers workers = new PageWorkers(2)) {
      for (int i = 0; i < 20; i++) {
        int number = i;
        workers.submit(
            workers.buffer(),
            _ -> {
              if (number == failing) {
                fail(failure);
              }
            });
      }
      workers.drain();
    }
  }

  private static void fail(Throwable failure) throws IOException {
    switch (failure) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError(failure);
    }
  }
}
