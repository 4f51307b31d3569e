package org.vmstate.analyzer.replay;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Visible;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** Prints what a replay found. */
public final class ReplayPrinter {
  private static final String ROW = "%-8s %7s %9s %9s %9s %9s %8s %9s %13s";

  private ReplayPrinter() {}

  private static String size(long bytes) {
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + "M" : Long.toString(bytes);
  }

  private static String rounds(Replayed replayed) {
    return replayed.rounds() + (replayed.rounds() == 1 ? " round" : " rounds");
  }

  /** Prints a table for each codec and what follows from it. */
  public static void human(Replayed replayed, PrintStream out) {
    switch (replayed.kind()) {
      case RECORDING -> out.println(rounds(replayed) + " without deltas");
      case WITH_DELTAS ->
          out.println(
              rounds(replayed)
                  + " with deltas; pages found unchanged left no trace, and a cache of"
                  + " another size would have made other rounds");
      case TWO_STATES ->
          out.println(
              replayed.again()
                  + " pages differ; they are in the cache as the first image has them");
      case FIXED ->
          out.println("pages have fixed places: what was sent more than once is not kept");
    }
    if (replayed.kind() == Replayed.Kind.FIXED) {
      return;
    }
    replayed.recorded().ifPresent(r -> sender(r, out));
    out.println(
        String.format(
            Locale.ROOT,
            ROW,
            "codec",
            "cache",
            "lookups",
            "hits",
            "miss rate",
            "returning",
            "encoding",
            "overflows",
            "bytes"));
    for (Encoding encoding : replayed.encodings()) {
      for (Trial trial : encoding.trials()) {
        XbzrleStatistics s = trial.statistics();
        out.println(
            String.format(
                Locale.ROOT,
                ROW,
                Visible.text(trial.codec()),
                size(trial.cacheBytes()),
                s.lookups(),
                s.hits(),
                String.format(Locale.ROOT, "%.3f", trial.missRate()),
                trial.returning() == 0
                    ? "-"
                    : String.format(
                        Locale.ROOT, "%.3f", (double) trial.returningMisses() / trial.returning()),
                String.format(Locale.ROOT, "%.1f", trial.encodingRate()),
                s.overflow(),
                trial.wire()));
      }
    }
    for (Encoding encoding : replayed.encodings()) {
      Optional<String> against = replayed.against(encoding);
      String name = Visible.text(encoding.name());
      out.println(
          against
              .map(reason -> name + ": not worth it: " + reason)
              .orElseGet(
                  () -> {
                    Trial trial = Replayed.smallest(encoding).orElseThrow();
                    return name
                        + ": the smallest cache that suffices is "
                        + size(trial.cacheBytes())
                        + "; it sends "
                        + trial.wire()
                        + " bytes instead of "
                        + trial.wholeWire();
                  }));
      if (replayed.kind() == Replayed.Kind.RECORDING) {
        early(encoding, replayed.rounds(), out);
      }
      if (encoding.megabytesPerSecond() > 0) {
        out.println(name + ": encoding speed: " + encoding.megabytesPerSecond() + " MB/s");
      }
    }
  }

  private static void sender(RecordedSender r, PrintStream out) {
    out.println(
        "its sender: cache miss "
            + r.misses()
            + ", miss or overflow "
            + r.unclear()
            + ", pages at least "
            + r.deltas()
            + ", bytes of deltas "
            + r.deltaBytes());
    r.likely()
        .filter(cache -> r.unclear() > 0)
        .ifPresent(
            cache ->
                out.println(
                    "with a cache of "
                        + size(cache.cacheBytes())
                        + ": cache miss "
                        + about(cache, cache.misses())
                        + ", overflow "
                        + about(cache, cache.overflow())
                        + (cache.contradictions() == 0
                            ? ""
                            : "; "
                                + cache.contradictions()
                                + " pages were sent as by another cache")));
  }

  private static String about(RecordedCache cache, long count) {
    return (cache.contradictions() == 0 ? "" : "about ") + count;
  }

  private static void early(Encoding encoding, long rounds, PrintStream out) {
    for (Trial trial : encoding.trials()) {
      List<Double> rates = trial.missRates();
      if (trial.mayEndEarlier() && rates.size() > 2) {
        SortedSet<Integer> some = new TreeSet<>(List.of(3, (rates.size() + 3) / 2, rates.size()));
        out.println(
            Visible.text(encoding.name())
                + " "
                + size(trial.cacheBytes())
                + ": sends "
                + (trial.wholeWire() - trial.wire()) * 100 / trial.wholeWire()
                + " % less, so its rounds are shorter than these "
                + rounds
                + "; the recording cannot tell whether it ends: miss rate "
                + String.format(Locale.ROOT, "%.3f", trial.missRateForAsManyBytes())
                + " when it goes on for as many bytes, else after "
                + some.stream()
                    .map(n -> n + " rounds " + String.format(Locale.ROOT, "%.3f", rates.get(n - 1)))
                    .collect(Collectors.joining(", ")));
      }
    }
  }

  /** Writes one object. */
  public static void report(String image, Replayed replayed, boolean complete, Report report)
      throws IOException {
    report.beginObject("");
    report.text("image", image);
    report.text("replayed", replayed.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    report.number("rounds", replayed.rounds());
    report.number("sent_again", replayed.again());
    if (replayed.recorded().isPresent()) {
      RecordedSender r = replayed.recorded().get();
      report.beginObject("recorded");
      report.number("cache_miss", r.misses());
      report.number("miss_or_overflow", r.unclear());
      report.number("pages_at_least", r.deltas());
      report.number("delta_bytes", r.deltaBytes());
      if (r.likely().isPresent()) {
        RecordedCache cache = r.likely().get();
        report.beginObject("likely_cache");
        report.number("cache_size", cache.cacheBytes());
        report.number("cache_miss", cache.misses());
        report.number("overflow", cache.overflow());
        report.number("contradictions", cache.contradictions());
        report.end();
      }
      report.end();
    }
    report.beginArray("codecs");
    for (Encoding encoding : replayed.encodings()) {
      report.beginObject("");
      report.text("codec", encoding.name());
      report.number("encoding_mb_per_second", encoding.megabytesPerSecond());
      report.beginArray("caches");
      for (Trial trial : encoding.trials()) {
        trial(trial, replayed.kind(), report);
      }
      report.end();
      Optional<String> against = replayed.against(encoding);
      Optional<Trial> smallest = Replayed.smallest(encoding);
      if (smallest.isPresent()) {
        report.number("smallest_sufficient", smallest.get().cacheBytes());
      }
      report.bool("worth_it", against.isEmpty());
      if (against.isPresent()) {
        report.text("reason", against.get());
      }
      report.end();
    }
    report.end();
    report.bool("complete", complete);
    report.end();
  }

  private static void trial(Trial trial, Replayed.Kind kind, Report report) throws IOException {
    XbzrleStatistics s = trial.statistics();
    report.beginObject("");
    report.number("cache_size", trial.cacheBytes());
    report.number("lookups", s.lookups());
    report.number("hits", s.hits());
    report.number("cache_miss", s.misses());
    report.text("cache_miss_rate", String.format(Locale.ROOT, "%.4f", trial.missRate()));
    report.number("returning", trial.returning());
    report.number("returning_misses", trial.returningMisses());
    report.number("pages", s.pages());
    report.number("bytes", s.bytes());
    report.number("overflow", s.overflow());
    report.text("encoding_rate", String.format(Locale.ROOT, "%.2f", trial.encodingRate()));
    report.number("wire_bytes", trial.wire());
    report.number("wire_bytes_without", trial.wholeWire());
    if (kind == Replayed.Kind.RECORDING) {
      report.bool("may_end_earlier", trial.mayEndEarlier());
      report.text(
          "cache_miss_rate_for_as_many_bytes",
          String.format(Locale.ROOT, "%.4f", trial.missRateForAsManyBytes()));
      report.beginArray("cache_miss_rates");
      for (double rate : trial.missRates()) {
        report.text("", String.format(Locale.ROOT, "%.4f", rate));
      }
      report.end();
    }
    if (kind == Replayed.Kind.WITH_DELTAS) {
      report.number("differs_from_recording", trial.differing());
    }
    report.end();
  }
}
