package org.vmstate.analyzer.dirtylog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tries all sequences of operations on one page, the short ones first. */
public final class LossSearch {
  private final boolean cached;
  private final List<Operation> choices = new ArrayList<>();
  private long tried;

  /**
   * Searches in the design with the cache or without it.
   *
   * @param vhost whether there is a device that sets the users' bits itself
   */
  public LossSearch(boolean cached, boolean vhost) {
    this.cached = cached;
    for (Operation.Kind kind : Operation.Kind.values()) {
      if (vhost || kind != Operation.Kind.VHOST) {
        choices.add(new Operation(kind, 0, 1));
      }
    }
  }

  /** Returns a shortest sequence after which a write is lost, of at most so many operations. */
  public Optional<List<Operation>> shortest(int most) throws IOException {
    for (int length = 1; length <= most; length++) {
      Optional<List<Operation>> found = ofLength(length);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<List<Operation>> ofLength(int length) throws IOException {
    long count = Math.round(Math.pow(choices.size(), length));
    for (long number = 0; number < count; number++) {
      List<Operation> steps = new ArrayList<>();
      long left = number;
      for (int i = 0; i < length; i++) {
        steps.add(choices.get((int) (left % choices.size())));
        left /= choices.size();
      }
      tried++;
      DirtyTracker tracker = new DirtyTracker(new ModelKernel(1), cached, 6);
      for (Operation step : steps) {
        tracker.apply(step);
      }
      if (!tracker.finish().isEmpty()) {
        return Optional.of(steps);
      }
    }
    return Optional.empty();
  }

  /** Returns how many sequences were tried. */
  public long tried() {
    return tried;
  }
}
