package org.vmstate.analyzer.cli;

import java.util.Locale;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.report.Sizes;

/** A line on standard error with share, rate and time left, at most five times a second. */
final class ProgressLine implements Progress, AutoCloseable {
  private static final long INTERVAL_NANOS = 200_000_000;
  private static final double NANOS = 1e9;

  private final long start = System.nanoTime();
  private long shownAt = start;
  private long furthest;
  private int width;

  @Override
  public synchronized void at(long offset, long total) {
    furthest = Math.max(furthest, offset);
    long now = System.nanoTime();
    if (now - shownAt >= INTERVAL_NANOS) {
      shownAt = now;
      show(now, total);
    }
  }

  private void show(long now, long total) {
    double seconds = (now - start) / NANOS;
    double rate = furthest / seconds;
    String text =
        String.format(Locale.ROOT, "%s, %s/s", Sizes.human(furthest), Sizes.human((long) rate));
    if (total > 0) {
      text =
          String.format(
              Locale.ROOT,
              "%.0f%%, %s, %.0f s left",
              100.0 * furthest / total,
              text,
              (total - furthest) / rate);
    }
    line(String.format(Locale.ROOT, "%s", text));
  }

  private void line(String text) {
    int before = width;
    width = text.length();
    System.err.print("\r" + text + " ".repeat(Math.max(0, before - width)));
    System.err.flush();
  }

  /** Ends the line. */
  @Override
  public synchronized void close() {
    if (width > 0) {
      System.err.println();
    }
  }
}
