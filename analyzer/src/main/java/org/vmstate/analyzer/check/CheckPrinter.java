package org.vmstate.analyzer.check;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Visible;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;

/** Writes the outcome of a check, the worst first. */
public final class CheckPrinter {
  private CheckPrinter() {}

  private static List<Finding> sorted(CheckResult result) {
    return result.findings().list().stream()
        .sorted((a, b) -> b.severity().compareTo(a.severity()))
        .toList();
  }

  /** Writes lines for people. */
  public static void human(String image, CheckResult result, boolean verbose, PrintStream print) {
    int[] counts = new int[Severity.values().length];
    for (Finding f : sorted(result)) {
      counts[f.severity().ordinal()]++;
      if (f.severity() == Severity.INFO && !verbose) {
        continue;
      }
      print.println(
          Visible.text(
              String.format(
                  Locale.ROOT,
                  "%s %s %s: %s at 0x%x%s",
                  f.severity().label(),
                  f.rule().code(),
                  f.rule().label(),
                  f.text(),
                  f.offset(),
                  f.path().isEmpty() ? "" : " (" + f.path() + ")")));
      String loader = f.loader(result.findings().release());
      if (!loader.isEmpty()) {
        print.println(Visible.text("  the loader says: " + loader));
      }
      if (f.facts().get("cure") instanceof String cure) {
        print.println(Visible.text("  cure: " + cure));
      }
    }
    for (Rule rule : Rule.values()) {
      int more = result.findings().count(rule) - Findings.MOST;
      if (more > 0) {
        print.println("... and " + more + " more of " + rule.code());
      }
    }
    if (verbose) {
      for (Rule rule : result.findings().passed()) {
        print.println("ok " + rule.code() + " " + rule.label() + ": " + rule.meaning());
      }
    }
    print.println(
        Visible.text(
            String.format(
                Locale.ROOT,
                "%s: %s (%s, %s, %s)",
                image,
                verdict(result),
                count(counts[2], "error"),
                count(counts[1], "warning"),
                counts[0] + " info")));
  }

  private static String count(int n, String what) {
    return n + " " + what + (n == 1 ? "" : "s");
  }

  private static String verdict(CheckResult result) {
    return switch (result.verdict()) {
      case GOOD -> "no errors were found";
      case ODD -> "loadable, but odd";
      case BAD -> "bad";
      case UNSUPPORTED -> "not supported by this version";
    };
  }

  /** Writes everything for programs. */
  public static void report(String image, CheckResult result, Report report) throws IOException {
    report.beginObject("");
    report.text("image", image);
    report.text("verdict", result.verdict().name().toLowerCase(Locale.ROOT));
    report.bool("complete", result.error().isEmpty());
    report.beginArray("findings");
    for (Finding f : sorted(result)) {
      report.beginObject("");
      report.text("code", f.rule().code());
      report.text("rule", f.rule().label());
      report.text("severity", f.severity().label());
      report.number("offset", f.offset());
      report.text("path", f.path());
      report.text("text", f.text());
      report.beginObject("facts");
      for (Map.Entry<String, Object> fact : new TreeMap<>(f.facts()).entrySet()) {
        if (fact.getValue() instanceof Number n) {
          report.number(fact.getKey(), n.longValue());
        } else {
          report.text(fact.getKey(), fact.getValue().toString());
        }
      }
      report.end();
      String loader = f.loader(result.findings().release());
      if (loader.isEmpty()) {
        report.nothing("loader");
      } else {
        report.text("loader", loader);
      }
      report.end();
    }
    report.end();
    report.beginArray("passed");
    for (Rule rule : result.findings().passed()) {
      report.text("", rule.code());
    }
    report.end();
    report.end();
  }
}
