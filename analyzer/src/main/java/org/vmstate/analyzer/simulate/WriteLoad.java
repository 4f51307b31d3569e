package org.vmstate.analyzer.simulate;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a guest writes. Write number n of a load always goes to the same page.
 *
 * @param pattern how the pages follow each other
 * @param pages pages of the buffer
 * @param perSecond pages written in a second
 * @param hotShare share of the writes that go to the hot pages, 0 to 1
 * @param hotPages hot pages, at the start of the buffer
 * @param scattered whether the buffer's pages lie anywhere in memory, as those of a process do
 * @param sequence pages of a recording in the order in which it sent them again; else empty
 */
record WriteLoad(
    Pattern pattern,
    int pages,
    double perSecond,
    double hotShare,
    int hotPages,
    boolean scattered,
    int[] sequence) {

  /** Patterns. */
  enum Pattern {
    /** The loop of 2011: one byte in every kilobyte, page after page, over and over. */
    LOOP,
    /** Whole pages, one after the other. */
    SWEEP,
    /** Eight bytes in any page. */
    RANDOM,
    /** Eight bytes, mostly in a small part of the buffer. */
    HOT,
    /** The pages of a recording in the order in which it sent them again. */
    RECORDING;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Pattern> of(String label) {
      return Arrays.stream(values()).filter(p -> p.label().equals(label)).findFirst();
    }
  }

  private static final int SPOT = 8;
  private static final int KILOBYTE = 1024;

  private static long mix(long value) {
    // the finalizer of SplitMix64, which is in the public domain
    long z = (value + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** Returns the page of the buffer that write number n goes to. */
  int page(long number) {
    return switch (pattern) {
      case LOOP, SWEEP -> (int) (number % pages);
      case RANDOM -> (int) Long.remainderUnsigned(mix(number), pages);
      case HOT -> {
        boolean hot = (mix(number) >>> 11) * 0x1p-53 < hotShare;
        yield (int) Long.remainderUnsigned(mix(~number), hot ? hotPages : pages);
      }
      case RECORDING -> sequence[(int) (number % sequence.length)];
    };
  }

  /** Returns how many writes of those due have to be looked at: a loop repeats itself. */
  long needed(long due) {
    return switch (pattern) {
      case LOOP, SWEEP -> Math.min(due, pages);
      case RECORDING -> Math.min(due, sequence.length);
      case RANDOM, HOT -> due;
    };
  }

  /** Changes a page as one write does. */
  void change(byte[] page) {
    switch (pattern) {
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
      case RANDOM, HOT, RECORDING -> {
        for (int at = 0; at < SPOT; at++) {
          page[page.length / 2 + at]++;
        }
      }
    }
  }
}
