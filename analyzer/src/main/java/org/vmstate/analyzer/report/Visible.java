package org.vmstate.analyzer.report;

import java.util.Locale;

/**
 * Makes the control characters of strings from an image visible, so that no terminal obeys them.
 */
public final class Visible {
  private Visible() {}

  /**
   * Replaces what is not to be seen, line feeds included, by escapes such as {@code \x1b}: control
   * characters, and what changes the direction of a line or ends it, which would show a name as
   * another one.
   */
  public static String text(String value) {
    int at = 0;
    while (at < value.length() && isPlain(value.charAt(at))) {
      at++;
    }
    if (at == value.length()) {
      return value;
    }
    StringBuilder result = new StringBuilder(value.length() + 16).append(value, 0, at);
    value.codePoints().skip(at).forEach(c -> append(result, c));
    return result.toString();
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c < 0x7f;
  }

  private static void append(StringBuilder result, int c) {
    switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          result.append(String.format(Locale.ROOT, c < 0x100 ? "\\x%02x" : "\\u%04x", c));
      default -> result.appendCodePoint(c);
    }
  }
}
