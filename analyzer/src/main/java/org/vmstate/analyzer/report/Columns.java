package org.vmstate.analyzer.report;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Cells of a table, numbers of a fixed width and dates. Java's formatters would load the tables of
 * all locales for them, which takes a tenth of a start each.
 */
public final class Columns {
  private Columns() {}

  /** Fills a cell up with blanks after its text. */
  public static String left(String text, int width) {
    return text + blanks(text, width);
  }

  /** Fills a cell up with blanks before its text. */
  public static String right(String text, int width) {
    return blanks(text, width) + text;
  }

  private static String blanks(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length()));
  }

  /** Returns a decimal number, not negative, with zeros before it. */
  public static String digits(long value, int width) {
    String text = Long.toString(value);
    return "0".repeat(Math.max(0, width - text.length())) + text;
  }

  /** Returns a moment in seconds since 1970, up to the year 9999, as ISO 8601 has it, in UTC. */
  public static String moment(long seconds) {
    LocalDateTime at = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    return digits(at.getYear(), 4)
        + "-"
        + digits(at.getMonthValue(), 2)
        + "-"
        + digits(at.getDayOfMonth(), 2)
        + "T"
        + digits(at.getHour(), 2)
        + ":"
        + digits(at.getMinute(), 2)
        + ":"
        + digits(at.getSecond(), 2)
        + "Z";
  }
}
