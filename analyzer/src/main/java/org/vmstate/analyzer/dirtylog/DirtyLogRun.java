package org.vmstate.analyzer.dirtylog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What is simulated.
 *
 * @param pages pages of the guest for which chunks are compared
 * @param vhost whether a device sets the users' bits itself
 * @param longest steps of the longest sequences that are searched
 * @param writes writes of the guest for each hundred pages sent
 * @param sequences random sequences to run on the real kernel too, 0 for none
 * @param seed chooses them
 */
public record DirtyLogRun(
    int pages, boolean vhost, int longest, int writes, int sequences, long seed) {
  private static final int[] SHIFTS = {6, 8, 12, 15, 18};
  private static final int ROUNDS = 5;
  private static final int KVM_PAGES = 130;
  private static final int STEPS = 40;
  private static final int LONGEST = 9;

  /** Checks what cannot be. */
  public DirtyLogRun {
    if (pages < 1 || pages > 1 << 22) {
      throw new IllegalArgumentException("pages: expected 1 to 4194304, found " + pages);
    }
    if (longest < 1 || longest > LONGEST) {
      throw new IllegalArgumentException("steps: expected 1 to " + LONGEST + ", found " + longest);
    }
    if (writes < 0 || writes > 1000) {
      throw new IllegalArgumentException("writes: expected 0 to 1000, found " + writes);
    }
    if (sequences < 0 || sequences > 1_000_000) {
      throw new IllegalArgumentException("sequences: expected 0 to 1000000, found " + sequences);
    }
  }

  /** Compares chunk sizes. */
  List<ChunkCost> costs() throws IOException {
    List<ChunkCost> costs = new ArrayList<>();
    for (int shift : SHIFTS) {
      costs.add(ChunkCost.of(pages, true, shift, writes, ROUNDS, seed));
    }
    return costs;
  }

  /** Runs random sequences on the real kernel beside the model; returns what came of it. */
  Optional<String> kernel() throws IOException {
    if (sequences == 0) {
      return Optional.empty();
    }
    int[] lost = new int[2];
    try (KvmKernel kvm = KvmKernel.open(KVM_PAGES)) {
      for (int i = 0; i < sequences; i++) {
        int cached = i % 2;
        SplittableRandom random = new SplittableRandom(seed + i);
        try (BothKernels both = new BothKernels(kvm)) {
          DirtyTracker tracker = new DirtyTracker(both, cached == 1, 6 + i % 3);
          for (int step = 0; step < STEPS; step++) {
            tracker.apply(Operation.random(random, KVM_PAGES));
          }
          lost[cached] += tracker.finish().isEmpty() ? 0 : 1;
        }
      }
    }
    return Optional.of(
        "real kernel: "
            + sequences
            + " sequences without a difference from the model; lost without the cache: "
            + lost[0]
            + ", with it: "
            + lost[1]);
  }
}
