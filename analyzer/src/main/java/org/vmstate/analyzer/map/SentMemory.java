package org.vmstate.analyzer.map;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.MemoryRun;

/** Final memory, and how often each page was sent. */
final class SentMemory extends FinalMemory {
  private final List<Tally> tallies = new ArrayList<>();

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.RamListEnd e -> {
        tallies.clear();
        Tally.Cells cells = new Tally.Cells();
        e.blocks().forEach(block -> tallies.add(new Tally(block.pages(), cells)));
      }
      // a fixed layout has each page once
      case Event.RamPages e -> tallies.get(e.run().block().index()).add(e);
      default -> {}
    }
  }

  /** Part of a run, all of whose pages were sent equally often. */
  interface Runs {
    /** Accepts the next run; times is -1 in a fixed layout. */
    void accept(MemoryRun run, int times) throws IOException;
  }

  void runs(RamBlock block, Runs consumer) throws IOException {
    if (block.mapped().isPresent()) {
      forEachRun(block, run -> consumer.accept(run, -1));
      return;
    }
    Tally tally = tallies.get(block.index());
    forEachRun(
        block,
        run -> {
          long page = run.firstPage();
          long end = page + run.count();
          while (page < end) {
            long next = tally.equalUntil(page, end);
            consumer.accept(part(run, page, next - page), tally.get(page));
            page = next;
          }
        });
  }

  private static MemoryRun part(MemoryRun run, long page, long count) {
    return switch (run) {
      case MemoryRun.Data d -> {
        long moved = (page - d.firstPage()) * d.stride();
        long offset = d.offset() < 0 ? -1 : d.offset() + moved;
        yield new MemoryRun.Data(d.block(), page, count, d.kind(), offset, d.stride());
      }
      case MemoryRun.Fill f -> new MemoryRun.Fill(f.block(), page, count, f.value());
      case MemoryRun.NeverSent n -> new MemoryRun.NeverSent(n.block(), page, count);
      case MemoryRun.LeftOut l -> new MemoryRun.LeftOut(l.block(), page, count);
    };
  }
}
