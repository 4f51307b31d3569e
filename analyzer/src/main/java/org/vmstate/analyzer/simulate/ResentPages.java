package org.vmstate.analyzer.simulate;

import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

/** Collects which pages of its largest block a recording sent again, in that order. */
public final class ResentPages implements EventSink {
  private static final int MOST = 1 << 22;

  private int[] pages = new int[1024];
  private int count;
  private int block = -1;
  private int lastBlock = -1;
  private long lastPage;
  private boolean first = true;

  /** Starts to collect. */
  public ResentPages() {}

  @Override
  public void accept(Event event) {
    switch (event) {
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      case Event.RamPages e -> pages(e.run());
      default -> {}
    }
  }

  private void ramBlocks(List<RamBlock> blocks) {
    long most = 0;
    for (RamBlock one : blocks) {
      if (one.usedLength() > most) {
        most = one.usedLength();
        block = one.index();
      }
    }
  }

  private void pages(PageRun run) {
    if (run.block().mapped().isPresent()) {
      return;
    }
    int index = run.block().index();
    boolean later = index > lastBlock || index == lastBlock && run.firstPage() > lastPage;
    first &= later;
    lastBlock = index;
    lastPage = run.firstPage() + run.count() - 1;
    for (long page = run.firstPage(); !first && index == block && page <= lastPage; page++) {
      if (count < MOST) {
        if (count == pages.length) {
          pages = Arrays.copyOf(pages, 2 * count);
        }
        pages[count++] = (int) page;
      }
    }
  }

  /** Returns the pages; of more than 4 Mi the first ones. */
  public int[] pages() {
    return Arrays.copyOf(pages, count);
  }
}
