package org.vmstate.analyzer.simulate;

import java.util.BitSet;
import java.util.SplittableRandom;

/** The memory of a guest that writes. */
final class SimulatedGuest {
  /** Writes that are followed one by one, which takes some ten seconds. */
  private static final long MOST_WRITES = 200_000_000;

  /**
   * Writes to dirty pages that are followed: who writes so fast that they are more writes each page
   * again before it goes out again.
   */
  private static final long MOST_PASSED = 5_000_000;

  private final SaveScenario scenario;
  private final WriteLoad load;
  private final double rate;
  private final BitSet written = new BitSet();
  private final BitSet isZero = new BitSet();

  /** Pages of the buffer that went out and were not written since. */
  private final BitSet same = new BitSet();

  private final BitSet isBuffer = new BitSet();
  private final int[] places;
  private final int distinct;
  private long writes;
  private long followed;
  private int writtenPages;
  private int samePages;
  private long passed;
  private double time;

  SimulatedGuest(SaveScenario scenario, Chance chance) {
    this.scenario = scenario;
    load = scenario.load();
    rate = chance.rate(load.perSecond());
    writes = chance.firstWrite(load);
    distinct = load.distinct();
    places = new int[load.pages()];
    int others = scenario.pages() - places.length;
    place(chance.before(others));
    fill(others, chance);
  }

  /** The buffer is one piece after so many other pages, or lies here and there. */
  private void place(int first) {
    int[] order = new int[scenario.pages()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int from = Math.min(first, scenario.pages() - load.spread());
    SplittableRandom random = new SplittableRandom(1);
    for (int i = load.spread() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int page = order[from + i];
      order[from + i] = order[from + other];
      order[from + other] = page;
    }
    System.arraycopy(order, first, places, 0, places.length);
    for (int page : places) {
      isBuffer.set(page);
    }
  }

  /** Pages with data lie in the first of the others, as evenly as they can, and zeros elsewhere. */
  private void fill(int others, Chance chance) {
    long data = others - scenario.zeroPages();
    long within = Math.max(1, chance.within((int) data, others));
    int page = -1;
    for (long seen = 1; seen <= others; seen++) {
      page = isBuffer.nextClearBit(page + 1);
      boolean isData = seen <= within && seen * data / within > (seen - 1) * data / within;
      isZero.set(page, !isData);
    }
  }

  /**
   * Lets the guest write until a moment. Its first write to a page after each look at the bitmap
   * costs it a fault; when it has written all of its pages, further writes change nothing.
   */
  void advance(double to) {
    double until = Math.min(to, scenario.stopSeconds());
    while (rate > 0 && time < until) {
      if (writtenPages == distinct) {
        long count = (long) ((until - time) * rate);
        change(count);
        writes += count;
        time = until;
        break;
      }
      if (++followed > MOST_WRITES) {
        throw new IllegalArgumentException(
            "rate: more than " + MOST_WRITES + " writes to simulate; give fewer pages a second");
      }
      int page = places[load.page(writes++)];
      change(page);
      time += 1 / rate;
      if (!written.get(page)) {
        written.set(page);
        writtenPages++;
        time += scenario.faultTime();
      }
      isZero.clear(page);
    }
  }

  /** Accepts writes that make no page dirty which is not dirty already. */
  private void change(long count) {
    long different = load.repeats() ? Math.min(count, load.pages()) : count;
    for (long i = 0; i < different && samePages > 0; i++) {
      if (++passed > MOST_PASSED) {
        same.clear();
        samePages = 0;
        return;
      }
      change(places[load.page(writes + i)]);
    }
  }

  private void change(int page) {
    if (same.get(page)) {
      same.clear(page);
      samePages--;
    }
  }

  /** Takes a page that goes out; reports whether it was written since it did so last. */
  boolean sent(int page) {
    if (same.get(page)) {
      return false;
    }
    if (scenario.codec().isPresent() && isBuffer.get(page)) {
      same.set(page);
      samePages++;
    }
    return true;
  }

  /** Adds the pages written since the last call. */
  void fetch(BitSet dirty) {
    dirty.or(written);
    written.clear();
    writtenPages = 0;
  }

  /** Reports whether a page holds zeros. */
  boolean isZero(int page) {
    return isZero.get(page);
  }

  /** Returns the writes that were followed one by one. */
  long followed() {
    return followed;
  }
}
