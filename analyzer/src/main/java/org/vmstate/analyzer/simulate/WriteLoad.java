package org.vmstate.analyzer.simulate;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.vmstate.writer.synthetic.WritePattern;
import org.vmstate.writer.xbzrle.DeltaEncoder;

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
 * @param delta length of the delta of a page that was written, or 0 for that of the pattern's
 *     writes
 */
record WriteLoad(
    Pattern pattern,
    int pages,
    double perSecond,
    double hotShare,
    int hotPages,
    int spread,
    int[] sequence,
    int delta) {

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

  /** Reports whether write n + pages goes to the page of write n. */
  boolean repeats() {
    return pattern.writes.repeats() && pattern != Pattern.RECORDING;
  }

  /** Returns how many pages it writes to, if it goes on long enough. */
  int distinct() {
    return switch (pattern) {
      case LOOP, SWEEP, RANDOM -> pages;
      case HOT -> hotShare >= 1 ? hotPages : pages;
      case RECORDING -> (int) Arrays.stream(sequence).distinct().count();
    };
  }

  /** Returns the length of the delta of a page that was written, as an encoder says it. */
  int delta(DeltaEncoder encoder, int pageSize) {
    if (delta > 0) {
      return delta;
    }
    byte[] before = new byte[pageSize];
    byte[] after = new byte[pageSize];
    pattern.writes.change(after);
    return encoder.encode(before, after, new byte[pageSize]);
  }
}
