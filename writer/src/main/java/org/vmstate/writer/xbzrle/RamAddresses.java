package org.vmstate.writer.xbzrle;

import java.util.List;
import org.vmstate.formats.ram.RamBlock;

/**
 * Global addresses of pages, by which caches find them. A stream does not say them: here the blocks
 * stand in the order of the list, from multiples of 64 pages on, as QEMU 10.0 (system/physmem.c)
 * places blocks that are made in that order. The first block, which is the guest's memory, is at 0
 * in QEMU too; that of others may differ.
 */
public final class RamAddresses {
  private static final long PAGES = 64;

  private RamAddresses() {}

  /** Returns where each block starts, by its place in the list. */
  public static long[] of(List<RamBlock> blocks) {
    long[] starts = new long[blocks.size()];
    long next = 0;
    for (int i = 0; i < starts.length; i++) {
      starts[i] = next;
      long unit = PAGES * blocks.get(i).pageSize();
      next += (blocks.get(i).usedLength() + unit - 1) / unit * unit;
    }
    return starts;
  }
}
