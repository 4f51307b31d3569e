package org.vmstate.analyzer.dirtylog;

import java.io.IOException;
import java.util.SplittableRandom;

/**
 * What a chunk size costs: a live migration of a guest that writes at random while it is sent.
 *
 * @param shift a chunk has 2^shift pages
 * @param gets calls of GET
 * @param clears calls of CLEAR
 * @param sends pages sent
 * @param needless pages sent though the destination had them already
 * @param lost pages whose last write is lost
 */
public record ChunkCost(int shift, long gets, long clears, long sends, long needless, long lost) {
  /**
   * Runs one migration on the model.
   *
   * @param pages pages of the guest
   * @param writes writes of the guest for each hundred pages sent
   * @param rounds rounds after which the guest stops
   */
  public static ChunkCost of(
      int pages, boolean cached, int shift, int writes, int rounds, long seed) throws IOException {
    DirtyTracker tracker = new DirtyTracker(new ModelKernel(pages), cached, shift);
    SplittableRandom random = new SplittableRandom(seed);
    for (int page = 0; page < pages; page++) {
      tracker.apply(new Operation(Operation.Kind.WRITE, page, 1));
    }
    long due = 0;
    for (int round = 0; round < rounds; round++) {
      tracker.apply(new Operation(Operation.Kind.GET, 0, pages));
      for (int page = tracker.nextToSend(0); page >= 0; page = tracker.nextToSend(page + 1)) {
        tracker.apply(new Operation(Operation.Kind.SEND, page, 1));
        for (due += writes; due >= 100; due -= 100) {
          tracker.apply(new Operation(Operation.Kind.WRITE, random.nextInt(pages), 1));
        }
      }
    }
    long lost = tracker.finish().cardinality();
    return new ChunkCost(
        shift, tracker.gets(), tracker.clears(), tracker.sends(), tracker.needless(), lost);
  }
}
