package org.vmstate.analyzer.stats;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.vmstate.formats.ram.PageKind;

/** Draws what each round of a save sent as SVG inside a page, which needs no program to be seen. */
public final class RoundCurves {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 110;
  private static final int LEFT = 10;
  private static final int RIGHT = 750;
  private static final int TOP = 26;
  private static final int BOTTOM = 96;

  /** Rounds up to which each has a dot that says its number. */
  private static final int MOST_DOTS = 200;

  private RoundCurves() {}

  /** One curve. */
  private record Curve(String name, String color, ToLongFunction<Round> value) {}

  /** Writes the curves and the numbers that they show. */
  public static void write(SaveStats stats, boolean complete, Appendable out) throws IOException {
    if (stats.isFixed()) {
      out.append("<p>Pages have fixed places: what was sent more than once is not kept.</p>\n");
      return;
    }
    List<Round> rounds = stats.rounds().list();
    if (rounds.isEmpty()) {
      out.append("<p>No pages.</p>\n");
      return;
    }
    boolean counted = stats.sent().isComplete();
    for (String note : notes(stats, complete, counted)) {
      out.append("<p class=\"dim\">").append(note).append("</p>\n");
    }
    draw(new Curve("pages", "data", Round::allPages), rounds, out);
    draw(new Curve("bytes", "ram", Round::bytes), rounds, out);
    if (counted) {
      draw(
          new Curve("bytes of earlier rounds that it superseded", "delta", Round::superseded),
          rounds,
          out);
    }
    table(rounds, counted, out);
  }

  private static List<String> notes(SaveStats stats, boolean complete, boolean counted) {
    return List.of(
            complete ? "" : "The image ends early; these are the rounds that could be read.",
            stats.hasChannels() ? "Pages in multifd channels are not counted." : "",
            counted ? "" : "Too many pages to count each: what was sent again is not known.")
        .stream()
        .filter(note -> !note.isEmpty())
        .toList();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static void draw(Curve curve, List<Round> rounds, Appendable out) throws IOException {
    long most = rounds.stream().mapToLong(curve.value()).max().orElse(0);
    out.append(
        text(
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s of each round, at most %d\">"
                + "<text x=\"%d\" y=\"16\">%s: at most %d</text>"
                + "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
            WIDTH,
            HEIGHT,
            curve.name(),
            most,
            LEFT,
            curve.name(),
            most,
            LEFT,
            BOTTOM,
            RIGHT,
            BOTTOM));
    StringBuilder line = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (int i = 0; i < rounds.size(); i++) {
      long value = curve.value().applyAsLong(rounds.get(i));
      double x = LEFT + (RIGHT - LEFT) * (rounds.size() == 1 ? 0.5 : i / (rounds.size() - 1.0));
      double y = most == 0 ? BOTTOM : BOTTOM - (BOTTOM - TOP) * ((double) value / most);
      line.append(text("%s%.1f,%.1f", i == 0 ? "" : " ", x, y));
      if (rounds.size() <= MOST_DOTS) {
        dots.append(
            text(
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>round %s: %d</title></circle>",
                x, y, name(rounds.get(i)), value));
      }
    }
    out.append(text("<g style=\"--c: var(--%s)\"><polyline points=\"", curve.color()));
    out.append(line).append("\"/>").append(dots).append("</g></svg>\n");
  }

  private static String name(Round round) {
    return round.number()
        + (round.joined() == 1 ? "" : "-" + (round.number() + round.joined() - 1));
  }

  private static void table(List<Round> rounds, boolean counted, Appendable out)
      throws IOException {
    out.append(
        "<details><summary>The rounds as a table</summary><div class=\"scroll\"><table><tr>"
            + "<th class=\"n\">round</th><th class=\"n\">duplicate</th><th class=\"n\">normal</th>"
            + "<th class=\"n\">xbzrle</th><th class=\"n\">bytes</th><th class=\"n\">sent again</th>"
            + "<th class=\"n\">superseded</th></tr>\n");
    for (Round round : rounds) {
      out.append("<tr>");
      cell(name(round), out);
      cell(round.duplicate(), out);
      cell(round.pages(PageKind.DATA) + round.pages(PageKind.ZLIB), out);
      cell(round.deltas(), out);
      cell(round.bytes(), out);
      cell(counted ? round.again() : "-", out);
      cell(counted ? round.superseded() : "-", out);
      out.append("</tr>\n");
    }
    out.append("</table></div></details>\n");
  }

  private static void cell(Object value, Appendable out) throws IOException {
    out.append("<td class=\"n\">").append(String.valueOf(value)).append("</td>");
  }
}
