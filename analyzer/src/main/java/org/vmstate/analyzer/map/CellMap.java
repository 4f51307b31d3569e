package org.vmstate.analyzer.map;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** The pages of each block, so many to a cell that a picture of any block is small. */
final class CellMap {
  private static final int MOST_CELLS = 4096;
  private static final int MOST_RUNS = 3000;
  private static final int ZERO = 0;
  private static final int FILL = 1;
  private static final int DATA = 2;
  private static final int DELTA = 3;
  private static final int UNSENT = 4;
  private static final String[] NAMES = {"zero", "fill", "data", "delta", "unsent"};

  private final long perCell;
  private final long[][] counts;
  private final int[] sent;
  private final long[] totals = new long[NAMES.length];
  private final List<PageRun> runs = new ArrayList<>();
  private final List<Integer> times = new ArrayList<>();
  private boolean more;

  private CellMap(long pages) {
    long each = 1;
    while ((pages + each - 1) / each > MOST_CELLS) {
      each *= 2;
    }
    perCell = each;
    int cells = (int) ((pages + each - 1) / each);
    counts = new long[NAMES.length][cells];
    sent = new int[cells];
  }

  static void write(ByteSource source, ParseOptions options, Report report) throws IOException {
    report.beginObject("");
    try (SentMemory memory = new SentMemory()) {
      try {
        memory.read(source, options);
      } catch (StateFormatException e) {
        // what came before the damage is shown; the findings tell of it
        report.bool("complete", false);
      }
      report.beginArray("blocks");
      for (RamBlock block : memory.contents().blocks()) {
        CellMap cells = new CellMap(block.pages());
        memory.runs(block, cells::add);
        cells.write(block, report);
      }
      report.end();
    }
    report.end();
  }

  private static int category(PageKind kind, int often) {
    if (often == 0) {
      return UNSENT;
    }
    return switch (kind) {
      case ZERO -> ZERO;
      case FILL -> FILL;
      case DATA -> DATA;
      case XBZRLE, XBZRLE_2011, ZLIB -> DELTA;
    };
  }

  private void add(PageRun run, int often) {
    int category = category(run.kind(), often);
    long page = run.firstPage();
    long end = page + run.count();
    totals[category] += run.count();
    while (page < end) {
      int cell = (int) (page / perCell);
      long stop = Math.min(end, (cell + 1) * perCell);
      counts[category][cell] += stop - page;
      sent[cell] = often < 0 ? -1 : Math.max(sent[cell], often);
      page = stop;
    }
    if (category != ZERO && category != UNSENT) {
      if (runs.size() < MOST_RUNS) {
        runs.add(run);
        times.add(often);
      } else {
        more = true;
      }
    }
  }

  private void write(RamBlock block, Report report) throws IOException {
    report.beginObject("");
    report.text("name", block.name());
    report.number("length", block.usedLength());
    report.number("page_size", block.pageSize());
    report.number("pages", block.pages());
    report.number("per_cell", perCell);
    StringBuilder total = new StringBuilder();
    for (int i = 0; i < NAMES.length; i++) {
      report.beginArray(NAMES[i]);
      for (long count : counts[i]) {
        report.number("", count);
      }
      report.end();
      if (totals[i] > 0) {
        String name = i == UNSENT ? "never sent" : NAMES[i];
        total.append(total.isEmpty() ? "" : ", ").append(totals[i]).append(' ').append(name);
      }
    }
    report.text("total", total.toString());
    report.beginArray("sent");
    for (int often : sent) {
      report.number("", often);
    }
    report.end();
    report.bool("more_runs", more);
    report.beginArray("runs");
    for (int i = 0; i < runs.size(); i++) {
      PageRun run = runs.get(i);
      report.beginArray("");
      report.number("", run.firstPage());
      report.number("", run.count());
      report.text("", run.kind().label());
      report.number("", run.offset());
      report.number("", times.get(i));
      report.end();
    }
    report.end();
    report.end();
  }
}
