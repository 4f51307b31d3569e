package org.vmstate.analyzer.simulate;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.vmstate.analyzer.report.Report;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** Simulates saves and prints how they went. */
public final class SavePrinter {
  private static final String ROW = "%-10s %7s %7s %9s %14s %14s %9s  %s";
  private static final int POINTS = 40;
  private static final int WIDTH = 50;

  private SavePrinter() {}

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** Prints a table, and the curve of the last save. */
  public static void human(Saves saves, PrintStream out) {
    List<Saves.Run> runs = saves.run();
    out.println(
        String.format(
            Locale.ROOT,
            ROW,
            "deltas",
            "cache",
            "rounds",
            "seconds",
            "bytes sent",
            "file",
            "miss rate",
            "end"));
    for (Saves.Run run : runs) {
      SaveResult r = run.result();
      out.println(
          String.format(
              Locale.ROOT,
              ROW,
              run.codec().orElse("none"),
              run.codec().isEmpty() ? "-" : (run.cacheBytes() >> 20) + "M",
              r.syncs(),
              number(r.seconds()),
              r.bytes(),
              r.fileSize(),
              r.statistics().map(SavePrinter::missRate).orElse("-"),
              r.never()
                  .map(why -> "never, because " + why)
                  .orElseGet(
                      () ->
                          "converges after "
                              + r.syncs()
                              + " rounds, down for "
                              + number(r.downtime() * 1000)
                              + " ms")));
      outcomes(run.outcomes(), out);
    }
    curve(runs.getLast().result(), out);
  }

  /** What chance changes is said where it changes something. */
  private static void outcomes(SaveOutcomes all, PrintStream out) {
    long fewest = all.least(SaveResult::syncs);
    long most = all.most(SaveResult::syncs);
    int count = all.results().size();
    if (all.isCutShort()) {
      out.println(
          "  as its writes are many, chance was tried "
              + count
              + (count == 1 ? " time" : " times"));
    }
    if (fewest == most && all.ending() % count == 0) {
      return;
    }
    out.println(
        String.format(
            Locale.ROOT,
            "  of %d such saves, the guest elsewhere in its pattern and 1 %% faster or slower, %d"
                + " converge%s; %d to %d rounds, %d to %d bytes",
            count,
            all.ending(),
            all.ending() == 1 ? "s" : "",
            fewest,
            most,
            all.least(SaveResult::bytes),
            all.most(SaveResult::bytes)));
  }

  private static String missRate(XbzrleStatistics s) {
    return String.format(
        Locale.ROOT, "%.3f", s.lookups() == 0 ? 0 : (double) s.misses() / s.lookups());
  }

  private static void curve(SaveResult result, PrintStream out) {
    List<SaveResult.SaveRound> rounds = result.rounds();
    long most = rounds.stream().mapToLong(SaveResult.SaveRound::dirty).max().orElse(1);
    out.println("dirty pages at the start of each round of the last save:");
    int step = Math.max(1, (rounds.size() + POINTS - 1) / POINTS);
    for (int i = 0; i < rounds.size(); i += step) {
      SaveResult.SaveRound round = rounds.get(i);
      int length = (int) (round.dirty() * WIDTH / Math.max(1, most));
      out.println(
          String.format(
              Locale.ROOT,
              "%6d %9.2f s %9d %s",
              i + 1,
              round.second(),
              round.dirty(),
              "#".repeat(length)));
    }
  }

  /** Writes one object. */
  public static void report(Saves saves, Report report) throws IOException {
    report.beginObject("");
    report.text("simulated", "save");
    report.beginArray("saves");
    for (Saves.Run run : saves.run()) {
      SaveResult r = run.result();
      report.beginObject("");
      if (run.codec().isPresent()) {
        report.text("codec", run.codec().get());
        report.number("cache_size", run.cacheBytes());
      }
      report.bool("converges", r.never().isEmpty());
      if (r.never().isPresent()) {
        report.text("reason", r.never().get());
      }
      report.number("rounds", r.syncs());
      SaveOutcomes all = run.outcomes();
      report.number("saves", all.results().size());
      report.number("converging", all.ending());
      report.number("rounds_least", all.least(SaveResult::syncs));
      report.number("rounds_most", all.most(SaveResult::syncs));
      report.number("bytes_least", all.least(SaveResult::bytes));
      report.number("bytes_most", all.most(SaveResult::bytes));
      report.number("milliseconds", Math.round(r.seconds() * 1000));
      report.number("downtime_milliseconds", Math.round(r.downtime() * 1000));
      report.number("bytes", r.bytes());
      report.number("file_size", r.fileSize());
      report.number("allocated", r.allocated());
      if (r.statistics().isPresent()) {
        XbzrleStatistics s = r.statistics().get();
        report.number("lookups", s.lookups());
        report.number("cache_miss", s.misses());
        report.number("overflow", s.overflow());
        report.number("xbzrle_bytes", s.bytes());
      }
      report.beginArray("curve");
      for (SaveResult.SaveRound round : r.rounds()) {
        report.beginObject("");
        report.number("millisecond", Math.round(round.second() * 1000));
        report.number("dirty", round.dirty());
        report.number("pages", round.pages());
        report.number("bytes", round.bytes());
        report.end();
      }
      report.end();
      report.end();
    }
    report.end();
    report.end();
  }
}
