package org.vmstate.analyzer.measure;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Visible;

/** Prints what was measured. */
public final class MeasurePrinter {
  private static final String ROW = "%-16s %9s %15s %15s %12s";

  private MeasurePrinter() {}

  /** Prints one output, in lines. */
  public static void human(Measured one, PrintStream out) {
    out.println("size: " + one.size());
    out.println("on disk: " + one.allocated() + " bytes, " + one.blocks() + " blocks");
  }

  /** Prints a table of outputs. */
  public static void table(List<Measured> all, PrintStream out) {
    out.println(String.format(Locale.ROOT, ROW, "layout", "align", "size", "on disk", "blocks"));
    for (Measured one : all) {
      String align = one.align().isEmpty() ? "" : Long.toString(one.align().getAsLong());
      out.println(
          one.impossible().isPresent()
              ? String.format(Locale.ROOT, "%-16s %9s ", one.format(), align)
                  + Visible.text(one.impossible().get())
              : String.format(
                  Locale.ROOT,
                  ROW,
                  one.format(),
                  align,
                  one.size(),
                  one.allocated(),
                  one.blocks()));
    }
  }

  /** Writes one object. */
  public static void report(String image, List<Measured> all, Report report) throws IOException {
    report.beginObject("");
    report.text("image", image);
    report.number("block_size", BlockMap.BLOCK);
    report.beginArray("outputs");
    for (Measured one : all) {
      report.beginObject("");
      report.text("format", one.format());
      if (one.align().isPresent()) {
        report.number("align", one.align().getAsLong());
      }
      if (one.impossible().isPresent()) {
        report.text("impossible", one.impossible().get());
      } else {
        report.number("size", one.size());
        report.number("allocated", one.allocated());
        report.number("blocks", one.blocks());
        report.number("runs", one.runs());
      }
      report.end();
    }
    report.end();
    report.end();
  }
}
