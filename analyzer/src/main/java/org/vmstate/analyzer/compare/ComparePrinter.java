package org.vmstate.analyzer.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Visible;

/** Prints what differs. */
public final class ComparePrinter {
  private static final int SHOWN_RUNS = 10;

  private ComparePrinter() {}

  /** Prints lines for people. */
  public static void human(Comparison comparison, PrintStream out) {
    for (Difference d : comparison.differences()) {
      out.println(d.kind().label() + " " + Visible.text(d.path()) + ": " + Visible.text(what(d)));
      for (int i = 0; i < Math.min(SHOWN_RUNS, d.runs().size()); i++) {
        Difference.Run run = d.runs().get(i);
        out.println(
            String.format(
                Locale.ROOT,
                "    0x%x to 0x%x, %d bytes",
                run.first(),
                run.first() + run.length(),
                run.length()));
      }
      if (d.runs().size() > SHOWN_RUNS) {
        out.println("    ...");
      }
    }
    long more = comparison.count() - comparison.differences().size();
    if (more > 0) {
      out.println("and " + more + " more");
    }
    out.println(
        comparison.count() == 0
            ? "images hold the same state"
            : "images differ in "
                + comparison.count()
                + (comparison.count() == 1 ? " place" : " places"));
  }

  private static String what(Difference d) {
    if (d.pages() > 0) {
      return d.pages() + " pages differ, " + d.bytes() + " bytes of them";
    }
    return shown(d.first()) + " <> " + shown(d.second());
  }

  private static String shown(String value) {
    return value.isEmpty() ? "(none)" : value;
  }

  /** Writes one object. */
  public static void report(String first, String second, Comparison comparison, Report report)
      throws IOException {
    report.beginObject("");
    report.text("first", first);
    report.text("second", second);
    report.bool("same", comparison.count() == 0);
    report.number("count", comparison.count());
    report.beginArray("differences");
    for (Difference d : comparison.differences()) {
      report.beginObject("");
      report.text("kind", d.kind().label());
      report.text("path", d.path());
      if (d.pages() > 0) {
        report.number("pages", d.pages());
        report.number("bytes", d.bytes());
        report.beginArray("runs");
        for (Difference.Run run : d.runs()) {
          report.beginObject("");
          report.hex64("start", run.first());
          report.number("length", run.length());
          report.end();
        }
        report.end();
      } else {
        report.text("first", d.first());
        report.text("second", d.second());
      }
      report.end();
    }
    report.end();
    report.end();
  }
}
