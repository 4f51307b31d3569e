package org.vmstate.analyzer.simulate;

import java.util.SplittableRandom;

/**
 * What differs between two saves of the same guest: where its buffer lies and where in its pattern
 * it is, how fast it writes and how fast pages go out, and when the sender wakes. Near the brink
 * these decide whether a save ends. The same number gives the same chances.
 */
final class Chance {
  /** How much the rate may be off, on both sides. */
  private static final double RATE = 0.01;

  /** Seconds that it takes to start the dirty log, and how much more or less it may be. */
  private static final double SETUP = 0.003;

  private static final double SETUP_SPREAD = 0.002;

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

  /** Returns the seconds for a page: half to twice as many, by what else the machine does. */
  double pageTime(double given) {
    return exact ? given : given * Math.pow(2, 2 * random.nextDouble() - 1);
  }

  /** Returns how many of some other pages lie in front of those that are written. */
  int before(int others) {
    return exact ? others / 2 : random.nextInt(others + 1);
  }

  /** Returns in how many of the other pages, from the first on, those with data lie. */
  int within(int data, int others) {
    return exact ? data : data + random.nextInt(others - data + 1);
  }

  /** Returns the seconds from the start of the sender's clock to the first look at dirty pages. */
  double setup() {
    return exact ? SETUP : SETUP + SETUP_SPREAD * (2 * random.nextDouble() - 1);
  }

  /** Returns how late the sender wakes: of four times once by a millisecond of its clock. */
  double late() {
    return LATE + (random.nextInt(4) == 0 ? 0.001 : 0);
  }
}
