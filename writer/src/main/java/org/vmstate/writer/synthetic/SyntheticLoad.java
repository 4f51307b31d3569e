package org.vmstate.writer.synthetic;

import java.util.BitSet;
import java.util.Optional;

/**
 * What a synthetic guest writes between the sweeps of a live save, and how much the sender of
 * deltas keeps.
 *
 * @param pattern how it writes; without one, any page changes with the recipe's rate
 * @param pages pages that it writes to, at the start of the first block
 * @param perSweep writes before each sweep
 * @param hotShare share of the writes that go to the hot pages, 0 to 1
 * @param hotPages hot pages, at the start of those
 * @param cacheBytes bytes of the sender's cache
 */
public record SyntheticLoad(
    Optional<WritePattern> pattern,
    int pages,
    long perSweep,
    double hotShare,
    int hotPages,
    long cacheBytes) {

  /** Pages anywhere, and the cache of 64 MiB. */
  public static final SyntheticLoad ANYWHERE =
      new SyntheticLoad(Optional.empty(), 1, 0, 0, 1, 64 << 20);

  private static final long MOST_CACHE = 16L << 30;

  /** Checks what cannot be. */
  public SyntheticLoad {
    if (pages < 1 || perSweep < 0 || hotPages < 1 || hotPages > pages) {
      throw new IllegalArgumentException(
          "hot pages: expected 1 to the " + pages + " of the buffer, found " + hotPages);
    }
    if (!(hotShare >= 0 && hotShare <= 1)) {
      throw new IllegalArgumentException("hot share: expected 0 to 100 percent");
    }
    if (cacheBytes < 1 || cacheBytes > MOST_CACHE) {
      throw new IllegalArgumentException("cache size: expected 1 byte to 16G, found " + cacheBytes);
    }
  }

  /** Returns the pages that are written before a sweep, which is 1 or more. */
  BitSet written(int sweep) {
    BitSet written = new BitSet(pages);
    WritePattern how = pattern.orElseThrow();
    long first = (sweep - 1) * perSweep;
    long count = how.repeats() ? Math.min(perSweep, pages) : perSweep;
    for (long n = first; n < first + count; n++) {
      written.set(how.page(n, pages, hotShare, hotPages));
    }
    return written;
  }
}
