package org.vmstate.analyzer.report;

/** Makes the control characters of texts from an image visible, so that no terminal obeys them. */
public final class Visible {
  private Visible() {}

  /** Replaces control characters, line feeds included, by escapes such as {@code \x1b}. */
  public static String text(String value) {
    StringBuilder result = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || (c >= 0x7f && c < 0xa0)) {
        result.append(String.format("\\x%02x", (int) c));
      } else {
        result.append(c);
      }
    }
    return result.toString();
  }
}
