package org.vmstate.analyzer.change;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands the splices from the pass that finds them to the copy, which follows it on another thread:
 * what is settled is copied while the pass goes on.
 */
final class SpliceFeed {
  /** Settled bytes for which the copy goes on; file systems share what begins on such a border. */
  private static final long STEP = 4 << 20;

  private final List<Splice> splices = new ArrayList<>();

  /** Offset in the input up to which all splices are known. */
  private long settled;

  /** How far that has to be for the copy to go on. */
  private long wanted = Long.MAX_VALUE;

  private boolean complete;
  private boolean ended;

  /** Copies a range of the input as it stands. */
  interface Copy {
    void range(long from, long to) throws IOException;
  }

  /** Writes what stands in the place of a range of the input. */
  interface Writer {
    void write(Splice splice) throws IOException;
  }

  /** A range that is copied, and the splice after it, or null. */
  private record Step(long from, long to, Splice splice) {}

  /** Adds the next splice. */
  synchronized void add(Splice splice) {
    splices.add(splice);
    notifyAll();
  }

  /** Says that all splices up to an offset of the input were added. */
  synchronized void settle(long offset) {
    settled = offset;
    if (settled >= wanted) {
      notifyAll();
    }
  }

  /** Says that all splices were added. */
  synchronized void complete(long length) {
    settled = length;
    complete = true;
    end();
  }

  /** Says that nothing more comes, whether it was completed or not. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Returns the splices so far, in the order of the input. */
  synchronized List<Splice> splices() {
    return List.copyOf(splices);
  }

  /** Writes the output while its splices are found, and stops when that ends too early. */
  void follow(Copy copy, Writer writer) throws IOException {
    int count = 0;
    for (Step step = next(0, 0); step != null; step = next(step, count)) {
      copy.range(step.from(), step.to());
      if (step.splice() != null) {
        writer.write(step.splice());
        count++;
      }
    }
  }

  private Step next(Step last, int count) throws IOException {
    return next(last.splice() == null ? last.to() : last.splice().range().end(), count);
  }

  /** Returns what can be written next, or null at the end. */
  private synchronized Step next(long at, int count) throws IOException {
    while (splices.size() == count && settled - at < STEP && !ended) {
      wanted = at + STEP;
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
    wanted = Long.MAX_VALUE;
    if (splices.size() > count && (complete || !ended)) {
      return new Step(at, splices.get(count).range().start(), splices.get(count));
    }
    long end = complete ? settled : settled / STEP * STEP;
    return end > at && (complete || !ended) ? new Step(at, end, null) : null;
  }
}
