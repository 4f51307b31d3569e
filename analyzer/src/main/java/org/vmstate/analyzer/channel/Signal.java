package org.vmstate.analyzer.channel;

import java.io.IOException;
import java.time.Duration;

/** Where the reader of several connections waits; a sender that stalls ends the wait. */
final class Signal {
  private final Duration limit;
  private long last = System.nanoTime();

  /** Waits at most so long without a byte from anyone. */
  Signal(Duration limit) {
    this.limit = limit;
  }

  /** Reports that bytes came, or the end of a connection. */
  synchronized void arrived() {
    last = System.nanoTime();
    notifyAll();
  }

  /** Waits for the next event. */
  void await() throws IOException {
    await("the sender stalled: nothing came");
  }

  /**
   * Waits for the next event.
   *
   * @param what what is said when nothing came for too long
   */
  synchronized void await(String what) throws IOException {
    long left = limit.toNanos() - (System.nanoTime() - last);
    if (left <= 0) {
      throw new IOException(what + " for " + limit.toSeconds() + " seconds (--timeout)");
    }
    await(Math.min(left / 1_000_000 + 1, 1000));
  }

  /** Waits for the next event, but not longer. */
  synchronized void await(long milliseconds) throws IOException {
    try {
      wait(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
