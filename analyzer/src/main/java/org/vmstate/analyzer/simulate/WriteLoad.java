package org.vmstate.analyzer.simulate;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.vmstate.writer.synthetic.WritePattern;

/**
 * Where a guest writes. Write number n of a load always goes to the same page.
 *
 * @param pattern how the pages follow each other
 * @param pages pages of the buffer
 * @param perSecond pages written in a second
 * @param hotShare share of the writes that go to the hot pages, 0 to 1
 * @param hotPages hot pages, at the start of the buffer
 * @param spread pages of the memory in which the buffer's pages lie in no order, as those of a
 *     process do, or 0 when the buffer is one piece
 * @param sequence pages of a recording in the order in which it sent them again; else empty
 */
record WriteLoad(
    Pattern pattern,
    int pages,
    double perSecond,
    double hotShare,
    int hotPages,
    int spread,
    int[] sequence) {

  /** Patterns. */
  enum Pattern {
    /** The loop of 2011: one byte in every kilobyte, page after page, over and over. */
    LOOP(WritePattern.LOOP),
    /** Whole pages, one after the other. */
    SWEEP(WritePattern.SWEEP),
    /** Eight bytes in any page. */
    RANDOM(WritePattern.RANDOM),
    /** Eight bytes, mostly in a small part of the buffer. */
    HOT(WritePattern.HOT),
    /** The pages of a recording in the order in which it sent them again. */
    RECORDING(WritePattern.RANDOM);

    private final WritePattern writes;

    Pattern(WritePattern writes) {
      this.writes = writes;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Pattern> of(String label) {
      return Arrays.stream(values()).filter(p -> p.label().equals(label)).findFirst();
    }
  }

  /** Returns the page of the buffer that write number n goes to. */
  int page(long number) {
    return pattern == Pattern.RECORDING
        ? sequence[(int) (number % sequence.length)]
        : pattern.writes.page(number, pages, hotShare, hotPages);
  }

  /** Returns how many pages it writes to, if it goes on long enough. */
  int distinct() {
    return switch (pattern) {
      case LOOP, SWEEP, RANDOM -> pages;
      case HOT -> hotShare >= 1 ? hotPages : pages;
      case RECORDING -> (int) Arrays.stream(sequence).distinct().count();
    };
  }

  /** Changes a page as one write does. */
  void change(byte[] page) {
    pattern.writes.change(page);
  }
}
