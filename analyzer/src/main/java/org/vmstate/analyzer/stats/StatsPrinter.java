package org.vmstate.analyzer.stats;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Visible;
import org.vmstate.formats.ram.PageKind;

/** Prints what a save sent. */
public final class StatsPrinter {
  private static final int MOST_WRITTEN = 10;
  private static final String ROW = "%-11s %9s %9s %9s %13s %11s %14s";

  private StatsPrinter() {}

  private static String row(Object... values) {
    return String.format(Locale.ROOT, ROW, values);
  }

  private static String row(String name, Round round, boolean counted) {
    return row(
        name,
        round.duplicate(),
        round.pages(PageKind.DATA) + round.pages(PageKind.ZLIB),
        round.deltas(),
        round.bytes(),
        counted ? round.again() : "-",
        counted ? round.superseded() : "-");
  }

  /** Prints a table and the totals. */
  public static void human(SaveStats stats, PrintStream out) {
    boolean counted = stats.sent().isComplete();
    Round total = stats.total();
    if (stats.isFixed()) {
      out.println("pages have fixed places: what was sent more than once is not kept");
      out.println("pages in the file: " + total.allPages());
      out.println("bytes of pages: " + total.bytes());
      return;
    }
    out.println(row("round", "duplicate", "normal", "xbzrle", "bytes", "sent again", "superseded"));
    for (Round round : stats.rounds().list()) {
      String last = round.joined() == 1 ? "" : "-" + (round.number() + round.joined() - 1);
      out.println(row(round.number() + last, round, counted));
    }
    out.println(row("all", total, counted));
    out.println("duplicate: " + total.duplicate() + " pages");
    long normal = total.pages(PageKind.DATA);
    out.println("normal: " + normal + " pages, " + normal * stats.pageSize() + " bytes");
    if (total.pages(PageKind.ZLIB) > 0) {
      out.println("compressed: " + total.pages(PageKind.ZLIB) + " pages");
    }
    if (total.deltas() > 0) {
      out.println("xbzrle pages: at least " + total.deltas());
      out.println(
          "xbzrle transferred: "
              + total.deltaBytes()
              + " bytes of deltas"
              + (stats.notEncoded() > 0
                  ? "; QEMU adds " + stats.pageSize() + " for each page that overflowed"
                  : ""));
      out.println("xbzrle cache miss and overflow: " + stats.notEncoded() + " pages");
    }
    out.println(
        "dirty sync count: "
            + (stats.isInOrder() ? "at least " + stats.rounds().count() : "not known"));
    if (stats.hasChannels()) {
      out.println("multifd channels have more pages, which are not counted");
    }
    if (!counted) {
      out.println("too many pages to count each: what was sent again is not known");
      return;
    }
    for (SentPages.Often often : stats.sent().most(MOST_WRITTEN)) {
      out.println(
          String.format(
              Locale.ROOT,
              "sent %d times%s: %s 0x%x",
              often.times(),
              often.times() == SentPages.MOST_TIMES ? " or more" : "",
              Visible.text(often.block().name()),
              often.page() * often.block().pageSize()));
    }
  }

  /** Writes one object. */
  public static void report(String image, SaveStats stats, boolean complete, Report report)
      throws IOException {
    boolean counted = stats.sent().isComplete() && !stats.isFixed();
    report.beginObject("");
    report.text("image", image);
    report.text("layout", stats.isFixed() ? "fixed" : "sequential");
    report.beginArray("rounds");
    for (Round round : stats.isFixed() ? new Rounds().list() : stats.rounds().list()) {
      report.beginObject("");
      report.number("round", round.number());
      report.number("rounds", round.joined());
      counters(round, counted, report);
      report.end();
    }
    report.end();
    report.beginObject("total");
    Round total = stats.total();
    counters(total, counted, report);
    if (!stats.isFixed()) {
      long normal = total.pages(PageKind.DATA);
      report.number("duplicate", total.duplicate());
      report.number("normal", normal);
      report.number("normal_bytes", normal * stats.pageSize());
    }
    if (total.deltas() > 0) {
      report.beginObject("xbzrle_cache");
      report.number("pages_at_least", total.deltas());
      report.number("bytes_at_least", total.deltaBytes());
      report.number("bytes_at_most", total.deltaBytes() + stats.notEncoded() * stats.pageSize());
      report.number("cache_miss_and_overflow", stats.notEncoded());
      report.end();
    }
    if (!stats.isFixed() && stats.isInOrder()) {
      report.number("dirty_sync_count_at_least", stats.rounds().count());
    }
    report.end();
    report.beginArray("most_written");
    if (counted) {
      for (SentPages.Often often : stats.sent().most(MOST_WRITTEN)) {
        report.beginObject("");
        report.text("block", often.block().name());
        report.number("offset", often.page() * often.block().pageSize());
        report.number("times", often.times());
        report.end();
      }
    }
    report.end();
    report.bool("multifd_channels", stats.hasChannels());
    report.bool("complete", complete);
    report.end();
  }

  private static void counters(Round round, boolean counted, Report report) throws IOException {
    report.beginObject("pages");
    for (PageKind kind : PageKind.values()) {
      if (round.pages(kind) > 0) {
        report.number(kind.label(), round.pages(kind));
      }
    }
    report.end();
    report.number("bytes", round.bytes());
    if (counted) {
      report.number("sent_again", round.again());
      report.number("superseded_bytes", round.superseded());
    }
  }
}
