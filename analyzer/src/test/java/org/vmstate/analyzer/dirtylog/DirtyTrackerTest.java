package org.vmstate.analyzer.dirtylog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** With the cache no write is lost; without it one is found; and the real kernel is the model. */
class DirtyTrackerTest {
  private static final int PAGES = 130;
  private static final int SEQUENCES = Integer.getInteger("dirtylog.sequences", 500);

  private static BitSet lost(KernelLog kernel, boolean cached, int shift, long seed, int steps)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    DirtyTracker tracker = new DirtyTracker(kernel, cached, shift);
    for (int i = 0; i < steps; i++) {
      tracker.apply(Operation.random(random, kernel.pages()));
    }
    return tracker.finish();
  }

  @Property(tries = 2000)
  void noUpdateIsLost(@ForAll long seed, @ForAll @IntRange(min = 1, max = 400) int pages)
      throws IOException {
    int shift = 6 + (int) (seed & 3);
    assertEquals(new BitSet(), lost(new ModelKernel(pages), true, shift, seed, 300));
  }

  @Test
  void withoutTheCacheSomeAreLost() throws IOException {
    int runs = 0;
    for (int seed = 0; seed < 3000; seed++) {
      runs += lost(new ModelKernel(PAGES), false, 6, seed, 200).isEmpty() ? 0 : 1;
    }
    assertTrue(runs > 0, "no loss found");
  }

  @Test
  void shortestLossIsTheOneThatWasReported() throws IOException {
    List<Operation> steps = new LossSearch(false, false).shortest(6).orElseThrow();
    assertEquals("[write 0, get, send 0, write 0, vga 0+1]", steps.toString());
    assertTrue(new LossSearch(true, false).shortest(7).isEmpty());
  }

  @Test
  void deviceThatSetsBitsMakesItShorter() throws IOException {
    List<Operation> steps = new LossSearch(false, true).shortest(6).orElseThrow();
    assertEquals("[vhost 0, send 0, write 0, vga 0+1]", steps.toString());
    assertTrue(new LossSearch(true, true).shortest(6).isEmpty());
  }

  @Test
  void bitsOfOthersAreNotClearedByTheAlignment() throws IOException {
    ModelKernel kernel = new ModelKernel(PAGES);
    DirtyTracker tracker = new DirtyTracker(kernel, true, 6);
    tracker.apply(new Operation(Operation.Kind.WRITE, 3, 1));
    tracker.apply(new Operation(Operation.Kind.WRITE, 60, 1));
    tracker.apply(new Operation(Operation.Kind.GET, 0, PAGES));
    tracker.apply(new Operation(Operation.Kind.VGA, 2, 4));
    assertFalse(kernel.isDirty(3));
    assertTrue(kernel.isDirty(60));
    assertThrows(IllegalArgumentException.class, () -> kernel.clear(1, 64, new BitSet()));
    assertThrows(IllegalArgumentException.class, () -> new DirtyTracker(kernel, true, 5));
  }

  @Test
  void smallChunksCostCallsAndLargeOnesCopies() throws IOException {
    ChunkCost small = ChunkCost.of(4096, true, 6, 50, 5, 1);
    ChunkCost large = ChunkCost.of(4096, true, 12, 50, 5, 1);
    assertEquals(0, small.lost() + large.lost());
    assertTrue(small.clears() > 4 * large.clears(), small + " " + large);
    assertTrue(small.needless() < large.needless(), small + " " + large);
  }

  /** -Ddirtylog.sequences=10000 makes as many as were asked for. */
  @Test
  void realKernelDoesWhatTheModelDoes() throws IOException {
    if (!Files.isWritable(Path.of("/dev/kvm"))) {
      System.err.println("\n*** SKIPPED: no /dev/kvm: the dirty log of the real kernel ***\n");
      Assumptions.abort("no /dev/kvm");
    }
    int losses = 0;
    try (KvmKernel kvm = KvmKernel.open(PAGES)) {
      for (int seed = 0; seed < SEQUENCES; seed++) {
        boolean cached = seed % 2 == 0;
        try (BothKernels both = new BothKernels(kvm)) {
          boolean lost = !lost(both, cached, 6 + seed % 2, seed, 40).isEmpty();
          assertFalse(cached && lost, "sequence " + seed);
          losses += lost ? 1 : 0;
        }
      }
    }
    System.out.println("dirty log: " + SEQUENCES + " sequences, " + losses + " losses without");
  }
}
