package org.vmstate.analyzer.simulate;

import java.util.SplittableRandom;

/**
 * What differs between two saves of the same guest: where it is in its pattern, how fast it writes,
 * and when the sender wakes. Near the brink these decide whether a save ends. The same number gives
 * the same chances.
 */
final class Chance {
  /** How much the rate may be off, on both sides. */
  private static final double RATE = 0.01;

  /** Seconds from the moment at which the sender could go on to that at which it does. */
  private static final double LATE = 0.000_3;

  private final SplittableRandom random;
  private final boolean exact;

  /**
   * Starts one.
   *
   * @param number 0 for the rate as given and a guest at the start of its pattern
   */
  Chance(int number) {
    random = new SplittableRandom(number);
    exact = number == 0;
  }

  /** Returns the number of the guest's first write. */
  long firstWrite(WriteLoad load) {
    return exact ? 0 : random.nextInt(load.pages());
  }

  /** Returns the writes in a second. */
  double rate(double given) {
    return exact ? given : given * (1 + RATE * (2 * random.nextDouble() - 1));
  }

  /** Returns how late the sender wakes: of four times once by a millisecond of its clock. */
  double late() {
    return LATE + (random.nextInt(4) == 0 ? 0.001 : 0);
  }
}
