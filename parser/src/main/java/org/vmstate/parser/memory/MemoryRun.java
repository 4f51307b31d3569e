package org.vmstate.parser.memory;

import java.io.IOException;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;

/** Consecutive pages of a block whose final content is of the same kind. */
public sealed interface MemoryRun {
  /** Returns the block. */
  RamBlock block();

  /** Returns the number of the first page. */
  long firstPage();

  /** Returns the number of pages, at least 1. */
  long count();

  /**
   * Pages with bytes.
   *
   * @param kind how they stand in the image
   * @param offset offset of the first page's data, -1 where deltas changed it
   * @param stride distance in bytes from one page's data to the next
   */
  record Data(RamBlock block, long firstPage, long count, PageKind kind, long offset, long stride)
      implements MemoryRun {}

  /**
   * Pages of equal bytes.
   *
   * @param value each of their bytes, from 0 to 255
   */
  record Fill(RamBlock block, long firstPage, long count, int value) implements MemoryRun {}

  /** Pages of which the image has nothing. */
  record NeverSent(RamBlock block, long firstPage, long count) implements MemoryRun {}

  /** The pages of a block that x-ignore-shared left out. */
  record LeftOut(RamBlock block, long firstPage, long count) implements MemoryRun {}

  /** Accepts runs. */
  interface Sink {
    /** Accepts the next run. */
    void run(MemoryRun run) throws IOException;
  }
}
