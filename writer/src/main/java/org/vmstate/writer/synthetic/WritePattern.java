package org.vmstate.writer.synthetic;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a guest writes to the pages of a buffer. Write number n always goes to the same page. */
public enum WritePattern {
  /** The loop of 2011: one byte in every kilobyte, page after page, over and over. */
  LOOP,
  /** Whole pages, one after the other. */
  SWEEP,
  /** Eight bytes in any page. */
  RANDOM,
  /** Eight bytes, mostly in a small part of the buffer. */
  HOT;

  private static final int SPOT = 8;
  private static final int KILOBYTE = 1024;

  /** Returns the name on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the pattern with a name. */
  public static Optional<WritePattern> of(String label) {
    return Arrays.stream(values()).filter(p -> p.label().equals(label)).findFirst();
  }

  /** Reports whether write n + pages goes to the page of write n. */
  public boolean repeats() {
    return this == LOOP || this == SWEEP;
  }

  private static long mix(long value) {
    // the finalizer of SplitMix64, which is in the public domain
    long z = (value + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /**
   * Returns the page of the buffer that a write goes to.
   *
   * @param number number of the write, from 0
   * @param pages pages of the buffer
   * @param hotShare share of the writes that go to the hot pages, 0 to 1
   * @param hotPages hot pages, at the start of the buffer
   */
  public int page(long number, int pages, double hotShare, int hotPages) {
    return switch (this) {
      case LOOP, SWEEP -> (int) (number % pages);
      case RANDOM -> (int) Long.remainderUnsigned(mix(number), pages);
      case HOT -> {
        boolean hot = (mix(number) >>> 11) * 0x1p-53 < hotShare;
        yield (int) Long.remainderUnsigned(mix(~number), hot ? hotPages : pages);
      }
    };
  }

  /** Changes a page as one write does. */
  public void change(byte[] page) {
    switch (this) {
      case LOOP -> {
        for (int at = 0; at < page.length; at += KILOBYTE) {
          page[at]++;
        }
      }
      case SWEEP -> {
        for (int at = 0; at < page.length; at++) {
          page[at]++;
        }
      }
      case RANDOM, HOT -> {
        for (int at = 0; at < SPOT; at++) {
          page[page.length / 2 + at]++;
        }
      }
    }
  }
}
