package org.vmstate.analyzer.dirtylog;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.vmstate.analyzer.report.Report;

/** Prints the lost update step by step, and what chunks cost. */
public final class DirtyLogPrinter {
  private static final String STEP = "%-10s %6s %6s %6s %9s %7s %11s";
  private static final String COST = "%-8s %9s %9s %9s %15s %6s";

  private DirtyLogPrinter() {}

  /** One line of the story. */
  private record Line(String step, DirtyTracker.PageView view) {}

  private static List<Line> story(List<Operation> steps, boolean cached, List<Line> lines)
      throws IOException {
    DirtyTracker tracker = new DirtyTracker(new ModelKernel(1), cached, 6);
    for (Operation step : steps) {
      tracker.apply(step);
      lines.add(new Line(step.toString(), tracker.view(0)));
    }
    tracker.finish();
    lines.add(new Line("end", tracker.view(0)));
    return lines;
  }

  private static String bit(boolean set) {
    return set ? "1" : "0";
  }

  private static void story(List<Operation> steps, boolean cached, PrintStream out)
      throws IOException {
    out.println(
        String.format(
            Locale.ROOT,
            STEP,
            "step",
            "memory",
            "kernel",
            "cache",
            "migration",
            "display",
            "destination"));
    for (Line line : story(steps, cached, new ArrayList<>())) {
      DirtyTracker.PageView v = line.view();
      out.println(
          String.format(
              Locale.ROOT,
              STEP,
              line.step(),
              v.memory(),
              bit(v.kernel()),
              cached ? bit(v.cache()) : "-",
              bit(v.migration()),
              bit(v.display()),
              v.destination()));
    }
  }

  /** Prints the search, the story and the table. */
  public static void human(DirtyLogRun run, PrintStream out) throws IOException {
    LossSearch naive = new LossSearch(false, run.vhost());
    Optional<List<Operation>> loss = naive.shortest(run.longest());
    if (loss.isPresent()) {
      out.println(
          "without the cache of the kernel's bitmap: a shortest loss, found as number "
              + naive.tried());
      story(loss.get(), false, out);
      out.println("with the cache: the same steps");
      story(loss.get(), true, out);
    } else {
      out.println("without the cache: no loss in up to " + run.longest() + " steps");
    }
    LossSearch cached = new LossSearch(true, run.vhost());
    Optional<List<Operation>> second = cached.shortest(run.longest());
    out.println(
        second
            .map(steps -> "with the cache: a loss: " + steps)
            .orElse(
                "with the cache: none of "
                    + cached.tried()
                    + " sequences of up to "
                    + run.longest()
                    + " steps loses a write"));
    out.println("chunks, for a guest of " + run.pages() + " pages:");
    out.println(
        String.format(
            Locale.ROOT, COST, "pages", "GET", "CLEAR", "sent", "needlessly sent", "lost"));
    for (ChunkCost cost : run.costs()) {
      out.println(
          String.format(
              Locale.ROOT,
              COST,
              1L << cost.shift(),
              cost.gets(),
              cost.clears(),
              cost.sends(),
              cost.needless(),
              cost.lost()));
    }
    Optional<String> kernel = run.kernel();
    if (kernel.isPresent()) {
      out.println(kernel.get());
    }
  }

  /** Writes one object. */
  public static void report(DirtyLogRun run, Report report) throws IOException {
    report.beginObject("");
    report.text("simulated", "dirty-log");
    for (boolean cached : new boolean[] {false, true}) {
      LossSearch search = new LossSearch(cached, run.vhost());
      Optional<List<Operation>> loss = search.shortest(run.longest());
      report.beginObject(cached ? "with_cache" : "without_cache");
      report.number("longest", run.longest());
      report.number("tried", search.tried());
      report.beginArray("loss");
      for (Operation step : loss.orElse(List.of())) {
        report.text("", step.toString());
      }
      report.end();
      report.end();
    }
    report.number("pages", run.pages());
    report.beginArray("chunks");
    for (ChunkCost cost : run.costs()) {
      report.beginObject("");
      report.number("pages", 1L << cost.shift());
      report.number("gets", cost.gets());
      report.number("clears", cost.clears());
      report.number("sent", cost.sends());
      report.number("needlessly_sent", cost.needless());
      report.number("lost", cost.lost());
      report.end();
    }
    report.end();
    Optional<String> kernel = run.kernel();
    if (kernel.isPresent()) {
      report.text("kernel", kernel.get());
    }
    report.end();
  }
}
