package org.vmstate.analyzer.measure;

import java.util.HashMap;
import java.util.Map;

/**
 * The blocks of a file that hold something. A part of the file that is written as a whole costs
 * nothing to remember, any other 32 KiB for each GiB.
 */
final class BlockMap {
  /** Bytes of a block, as ext4 and XFS are made by default. */
  static final int BLOCK = 4096;

  private static final int CHUNK = 1 << 18;
  private static final long[] FULL = new long[0];

  private final Map<Long, long[]> chunks = new HashMap<>();
  private final Map<Long, Integer> counts = new HashMap<>();

  /** Accepts a range of bytes that was written. */
  synchronized void written(long offset, long length) {
    if (length <= 0) {
      return;
    }
    long block = offset / BLOCK;
    long end = (offset + length - 1) / BLOCK + 1;
    while (block < end) {
      long number = block / CHUNK;
      long next = Math.min(end, (number + 1) * CHUNK);
      if (next - block == CHUNK) {
        chunks.put(number, FULL);
        counts.put(number, CHUNK);
      } else {
        set(number, (int) (block % CHUNK), (int) (next - number * CHUNK));
      }
      block = next;
    }
  }

  private void set(long number, int from, int to) {
    long[] bits = chunks.computeIfAbsent(number, _ -> new long[CHUNK / Long.SIZE]);
    if (bits == FULL) {
      return;
    }
    int count = counts.getOrDefault(number, 0);
    for (int at = from; at < to; ) {
      int word = at / Long.SIZE;
      int next = Math.min(to, (word + 1) * Long.SIZE);
      long mask = -1L >>> Long.SIZE - (next - at) << at % Long.SIZE;
      count += Long.bitCount(mask & ~bits[word]);
      bits[word] |= mask;
      at = next;
    }
    counts.put(number, count);
    if (count == CHUNK) {
      chunks.put(number, FULL);
    }
  }

  /** Returns the bytes of all blocks that hold something. */
  synchronized long bytes() {
    return counts.values().stream().mapToLong(Integer::longValue).sum() * BLOCK;
  }

  /** Returns how many runs of such blocks there are. */
  synchronized long runs() {
    long[] numbers = counts.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    long runs = 0;
    long before = -1;
    boolean last = false;
    for (long number : numbers) {
      last &= number == before + 1;
      long[] bits = chunks.get(number);
      if (bits == FULL) {
        runs += last ? 0 : 1;
        last = true;
      } else {
        for (long word : bits) {
          long starts = word & ~(word << 1 | (last ? 1 : 0));
          runs += Long.bitCount(starts);
          last = word < 0;
        }
      }
      before = number;
    }
    return runs;
  }
}
