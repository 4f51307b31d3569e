package org.vmstate.writer.synthetic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/** The memory of a synthetic guest: what each page holds at the end of each sweep. */
public final class SyntheticMemory {
  private static final int TEMPLATES = 8;
  private static final int MAX_SPOTS = 8;
  private static final int MAX_SPOT_BYTES = 16;

  /** One changed page in so many becomes zero. */
  private static final int ZEROED = 16;

  /** A bit for each page and sweep: 32 MiB. */
  private static final long MOST_WRITTEN = 1 << 28;

  private final SyntheticRecipe recipe;
  private final SyntheticLoad load;
  private final List<BitSet> written = new ArrayList<>();
  private final byte[][] templates = new byte[TEMPLATES][];

  /** Gives the memory of a recipe. */
  public SyntheticMemory(SyntheticRecipe recipe) {
    this(recipe, SyntheticLoad.ANYWHERE);
  }

  /** Gives the memory of a recipe whose guest writes by a pattern. */
  public SyntheticMemory(SyntheticRecipe recipe, SyntheticLoad load) {
    this.recipe = recipe;
    this.load = load;
    if (load.pattern().isPresent()) {
      long pages = recipe.blocks().getFirst().length() / recipe.pageSize();
      if (load.pages() > pages || (long) load.pages() * recipe.iterations() > MOST_WRITTEN) {
        throw new IllegalArgumentException(
            "buffer: expected at most the first block, and "
                + MOST_WRITTEN
                + " pages in all sweeps");
      }
      for (int sweep = 1; sweep <= recipe.iterations(); sweep++) {
        written.add(load.written(sweep));
      }
    }
    for (int i = 0; i < TEMPLATES; i++) {
      templates[i] = new byte[recipe.pageSize()];
      new SplittableRandom(mix(recipe.seed(), i)).nextBytes(templates[i]);
    }
  }

  private static long mix(long a, long b) {
    // the finalizer of SplitMix64, which is in the public domain
    long z = a * 0x9e3779b97f4a7c15L + b;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  private long hash(int block, long page, int sweep) {
    return mix(mix(mix(recipe.seed(), block + 1L), page), sweep);
  }

  private static double share(long hash) {
    return (hash >>> 11) * 0x1p-53;
  }

  /** Reports whether a page changes before a sweep; all pages are sent in sweep 0. */
  public boolean isDirty(int block, long page, int sweep) {
    if (sweep > 0 && load.pattern().isPresent()) {
      return block == 0 && page < load.pages() && written.get(sweep - 1).get((int) page);
    }
    return sweep == 0 || share(mix(hash(block, page, sweep), 7)) < recipe.dirtyRate();
  }

  /**
   * Gives a page as it is at the end of a sweep.
   *
   * @return false when it is all zero; what the array then holds is not defined
   */
  public boolean content(int block, long page, int sweep, byte[] target) {
    boolean data = start(block, page, target);
    for (int s = 1; s <= sweep; s++) {
      if (isDirty(block, page, s)) {
        if (!data) {
          Arrays.fill(target, (byte) 0);
        }
        data =
            load.pattern().isPresent()
                ? change(load.pattern().get(), target)
                : change(new SplittableRandom(hash(block, page, s)), target, data);
      }
    }
    return data;
  }

  private boolean start(int block, long page, byte[] target) {
    long hash = hash(block, page, 0);
    double share = share(hash);
    if (share < recipe.zero()) {
      return false;
    }
    if (share < recipe.zero() + recipe.fill()) {
      Arrays.fill(target, (byte) (1 + (hash & 0x7f)));
    } else if (share < recipe.zero() + recipe.fill() + recipe.duplicate()) {
      System.arraycopy(templates[(int) (hash & TEMPLATES - 1)], 0, target, 0, target.length);
    } else {
      new SplittableRandom(hash).nextBytes(target);
    }
    return true;
  }

  private static boolean change(WritePattern pattern, byte[] target) {
    pattern.change(target);
    for (byte b : target) {
      if (b != 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean change(SplittableRandom random, byte[] target, boolean wasData) {
    if (wasData && random.nextInt(ZEROED) == 0) {
      return false;
    }
    byte[] spot = new byte[MAX_SPOT_BYTES];
    for (int n = 1 + random.nextInt(MAX_SPOTS); n > 0; n--) {
      int length = 1 + random.nextInt(MAX_SPOT_BYTES);
      random.nextBytes(spot);
      // keeps the page from becoming zero by chance
      spot[0] |= 1;
      System.arraycopy(spot, 0, target, random.nextInt(target.length - length), length);
    }
    return true;
  }
}
