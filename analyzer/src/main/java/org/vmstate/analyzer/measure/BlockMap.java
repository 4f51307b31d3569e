package org.vmstate.analyzer.measure;

import java.lang.foreign.Arena;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.vmstate.writer.ram.BitmapMemory;
import org.vmstate.writer.ram.PageBitmap;

/**
 * The blocks of a file that hold something. What is remembered grows with the parts that were
 * written, not with the places where they are; parts that are written as a whole cost next to
 * nothing.
 */
final class BlockMap {
  /** Bytes of a block, as ext4 and XFS are made by default. */
  static final int BLOCK = 4096;

  private static final int CHUNK = 1 << 18;

  private final BitmapMemory memory = new BitmapMemory(Arena.ofAuto());
  private final NavigableMap<Long, PageBitmap> chunks = new TreeMap<>();

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
      chunks
          .computeIfAbsent(number, _ -> new PageBitmap(memory, CHUNK))
          .set(block % CHUNK, next - block);
      block = next;
    }
  }

  /** Accepts runs of such blocks in order. */
  private interface Runs {
    void run(long first, long end);
  }

  private void forEachRun(Runs runs) {
    chunks.forEach(
        (number, bits) -> {
          long at = number * CHUNK;
          for (long first = bits.nextSet(0, CHUNK); first < CHUNK; ) {
            long end = bits.nextClear(first, CHUNK);
            runs.run(at + first, at + end);
            first = bits.nextSet(end, CHUNK);
          }
        });
  }

  /** Returns the bytes of all blocks that hold something. */
  synchronized long bytes() {
    long[] blocks = {0};
    forEachRun((first, end) -> blocks[0] += end - first);
    return blocks[0] * BLOCK;
  }

  /** Returns how many runs of such blocks there are. */
  synchronized long runs() {
    long[] found = {0};
    long[] last = {-1};
    forEachRun(
        (first, end) -> {
          found[0] += first == last[0] ? 0 : 1;
          last[0] = end;
        });
    return found[0];
  }
}
