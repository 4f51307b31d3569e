package org.vmstate.analyzer.facts;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.time.Duration;

/** The time by which everything has to be answered. */
final class Deadline {
  private final long end;
  private final String late;

  private Deadline(long end, String late) {
    this.end = end;
    this.late = late;
  }

  /**
   * Starts now.
   *
   * @param who who has to answer, for the message
   */
  static Deadline in(Duration time, String who) {
    return new Deadline(
        System.nanoTime() + time.toNanos(),
        who + ": no answer within " + time.toSeconds() + " s; --timeout gives more");
  }

  long millis() {
    return Math.max(0, (end - System.nanoTime()) / 1_000_000);
  }

  TargetException late() {
    return new TargetException(late);
  }

  /** Waits until a channel is ready. */
  void await(SelectableChannel channel, int operation) throws IOException {
    try (Selector selector = channel.provider().openSelector()) {
      channel.register(selector, operation);
      await(selector);
    }
  }

  /** Waits until a selector's channel is ready. */
  void await(Selector selector) throws IOException {
    long left = millis();
    if (left == 0 || selector.select(ready -> {}, left) == 0) {
      throw late();
    }
  }
}
