package org.vmstate.analyzer.memory;

import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

/** Counts the pages sent for each block by kind; a page sent twice counts twice. */
public final class PageCounts {
  private final List<RamBlock> blocks = new ArrayList<>();
  private final List<long[]> counts = new ArrayList<>();

  /** Accepts the block list. */
  public void blocks(List<RamBlock> list) {
    blocks.clear();
    counts.clear();
    for (RamBlock block : list) {
      blocks.add(block);
      counts.add(new long[PageKind.values().length]);
    }
  }

  /** Takes a run. */
  public void add(PageRun run) {
    counts.get(run.block().index())[run.kind().ordinal()] += run.count();
  }

  /** Returns the blocks in the order of the list. */
  public List<RamBlock> blocks() {
    return blocks;
  }

  /** Returns how many pages of a block were sent in a way. */
  public long count(RamBlock block, PageKind kind) {
    return counts.get(block.index())[kind.ordinal()];
  }
}
