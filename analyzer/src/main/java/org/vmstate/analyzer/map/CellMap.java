package org.vmstate.analyzer.map;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.MemoryRun;
import org.vmstate.parser.memory.RamContents;

/**
 * The pages of each block, so many to a cell that a picture of any block is small; and the entropy
 * of the first page with data in each cell, in tenths of a bit.
 */
final class CellMap {
  private static final int MOST_CELLS = 4096;
  private static final int MOST_RUNS = 10_000;
  private static final int TENTHS = 10;
  private static final int ZERO = 0;
  private static final int FILL = 1;
  private static final int DATA = 2;
  private static final int DELTA = 3;
  private static final int UNSENT = 4;
  private static final int LEFT_OUT = 5;
  private static final String[] NAMES = {"zero", "fill", "data", "delta", "unsent", "left_out"};
  private static final String[] WORDS = {"zero", "fill", "data", "delta", "never sent", "left out"};

  private final long perCell;
  private final long[][] counts;
  private final int[] sent;
  private final long[] samples;
  private final long[] totals = new long[NAMES.length];
  private final List<MemoryRun> runs = new ArrayList<>();
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
    samples = new long[cells];
    Arrays.fill(samples, -1);
  }

  /** Returns the damage, if there is any. */
  static Optional<StateFormatException> write(
      ByteSource source, ParseOptions options, Report report) throws IOException {
    Optional<StateFormatException> damage = Optional.empty();
    report.beginObject("");
    try (SentMemory memory = new SentMemory()) {
      try {
        memory.read(source, options);
      } catch (StateFormatException e) {
        damage = Optional.of(e);
        // what came before the damage is shown; the findings tell of it
        report.bool("complete", false);
      }
      report.beginArray("blocks");
      for (RamBlock block : memory.contents().blocks()) {
        if (damage.isPresent() && block.mapped().isPresent()) {
          // its bitmap is no longer at hand
          continue;
        }
        CellMap cells = new CellMap(block.pages());
        memory.runs(block, cells::add);
        cells.write(block, report, damage.isEmpty() ? memory.contents() : null);
      }
      report.end();
    }
    report.end();
    return damage;
  }

  private static int category(MemoryRun run) {
    return switch (run) {
      case MemoryRun.NeverSent _ -> UNSENT;
      case MemoryRun.LeftOut _ -> LEFT_OUT;
      case MemoryRun.Fill fill -> fill.value() == 0 ? ZERO : FILL;
      case MemoryRun.Data data -> data.kind() == PageKind.DATA ? DATA : DELTA;
    };
  }

  /** Returns Shannon's entropy of the bytes, from 0 to 8 bits. */
  static double entropy(byte[] page) {
    int[] count = new int[256];
    for (byte b : page) {
      count[b & 0xff]++;
    }
    double bits = 0;
    for (int n : count) {
      if (n > 0) {
        double share = (double) n / page.length;
        bits -= share * Math.log(share) / Math.log(2);
      }
    }
    return bits;
  }

  private static boolean filled(int category) {
    return category == DATA || category == DELTA;
  }

  private void add(MemoryRun run, int often) {
    int category = category(run);
    long page = run.firstPage();
    long end = page + run.count();
    totals[category] += run.count();
    while (page < end) {
      int cell = (int) (page / perCell);
      long stop = Math.min(end, (cell + 1) * perCell);
      counts[category][cell] += stop - page;
      sent[cell] = often < 0 ? -1 : Math.max(sent[cell], often);
      samples[cell] = filled(category) && samples[cell] < 0 ? page : samples[cell];
      page = stop;
    }
    if (category != ZERO) {
      if (runs.size() < MOST_RUNS) {
        runs.add(run);
        times.add(often);
      } else {
        more = true;
      }
    }
  }

  private void write(RamBlock block, Report report, RamContents contents) throws IOException {
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
        total.append(total.isEmpty() ? "" : ", ").append(totals[i]).append(' ').append(WORDS[i]);
      }
    }
    report.text("total", total.toString());
    report.beginArray("sent");
    for (int often : sent) {
      report.number("", often);
    }
    report.end();
    report.beginArray("entropy");
    byte[] page = new byte[block.pageSize()];
    for (long sample : samples) {
      boolean readable = sample >= 0 && contents != null && contents.page(block, sample, page);
      report.number("", readable ? Math.round(entropy(page) * TENTHS) : -1);
    }
    report.end();
    report.bool("more_runs", more);
    report.beginArray("runs");
    for (int i = 0; i < runs.size(); i++) {
      MemoryRun run = runs.get(i);
      report.beginArray("");
      report.number("", run.firstPage());
      report.number("", run.count());
      report.text("", MapPrinter.kind(run));
      report.number("", MapPrinter.offset(run));
      report.number("", times.get(i));
      report.end();
    }
    report.end();
    report.end();
  }
}
