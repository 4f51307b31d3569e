package org.vmstate.analyzer.map;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.memory.FinalMemory;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

/** Final memory, and how often each page was sent. */
final class SentMemory extends FinalMemory {
  private final List<Tally> tallies = new ArrayList<>();

  @Override
  public void ramBlocks(List<RamBlock> blocks) throws IOException {
    super.ramBlocks(blocks);
    tallies.clear();
    blocks.forEach(block -> tallies.add(new Tally(block.pages())));
  }

  @Override
  public void pages(PageRun run) throws IOException {
    super.pages(run);
    // a fixed layout has each page once
    if (run.block().mapped().isEmpty()) {
      tallies.get(run.block().index()).add(run.firstPage(), run.count());
    }
  }

  /** A run of one kind, all of whose pages were sent equally often. */
  interface Runs {
    /** Takes the next run; times is -1 in a fixed layout. */
    void accept(PageRun run, int times) throws IOException;
  }

  void runs(RamBlock block, Runs consumer) throws IOException {
    if (block.mapped().isPresent()) {
      contents().runs(block, run -> consumer.accept(run, -1));
      return;
    }
    Tally tally = tallies.get(block.index());
    contents()
        .runs(
            block,
            run -> {
              long page = run.firstPage();
              long end = page + run.count();
              while (page < end) {
                long next = tally.equalUntil(page, end);
                long moved = (page - run.firstPage()) * run.stride();
                PageRun part =
                    new PageRun(
                        block,
                        page,
                        next - page,
                        run.kind(),
                        run.value(),
                        run.offset() < 0 ? -1 : run.offset() + moved,
                        run.stride());
                consumer.accept(part, tally.get(page));
                page = next;
              }
            });
  }
}
