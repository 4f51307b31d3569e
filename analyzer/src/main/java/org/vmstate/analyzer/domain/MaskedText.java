package org.vmstate.analyzer.domain;

import java.util.HashSet;
import java.util.Set;

/** An XML text of which parts are hidden from its start on. Lines stay lines. */
final class MaskedText {
  static final String HIDDEN = "***";

  private final String xml;
  private final StringBuilder out;

  /** What was sought in vain, so that it is not sought again: no byte is looked at twice. */
  private final Set<String> missing = new HashSet<>();

  /** Up to where the text is in the output. */
  private int done;

  MaskedText(String xml) {
    this.xml = xml;
    out = new StringBuilder(xml.length());
  }

  /** Returns what stands for a secret. */
  static String hidden(String secret) {
    return HIDDEN + "\n".repeat((int) secret.chars().filter(c -> c == '\n').count());
  }

  String xml() {
    return xml;
  }

  /** Hides a part; white space alone stays as it is. */
  void hide(int from, int to) {
    String secret = xml.substring(from, to);
    out.append(xml, done, from).append(secret.isBlank() ? secret : hidden(secret));
    done = to;
  }

  /** Returns the text with the rest of it, of which nothing is hidden. */
  String finish() {
    String text = out.append(xml, done, xml.length()).toString();
    done = xml.length();
    return text;
  }

  /** Returns where a mark starts, the end of the text where it does not. */
  int find(String mark, int from) {
    int at = missing.contains(mark) ? -1 : xml.indexOf(mark, from);
    if (at < 0) {
      missing.add(mark);
      return xml.length();
    }
    return at;
  }

  /** Returns where what starts with a mark ends, with the mark that ends it. */
  int after(String mark, int from) {
    return Math.min(xml.length(), find(mark, from) + mark.length());
  }

  /** Returns the letters that stand at a place. */
  String name(int from) {
    int end = from;
    while (end < xml.length() && end - from < 16 && Character.isLetter(xml.charAt(end))) {
      end++;
    }
    return xml.substring(from, end);
  }

  /** Returns the end of a tag, in whose values a {@code >} may stand, or where another starts. */
  int tagEnd(int from) {
    char quote = 0;
    for (int i = from; i < xml.length(); i++) {
      char c = xml.charAt(i);
      if (quote == 0 && c == '>') {
        return i + 1;
      }
      if (quote == 0 && c == '<') {
        return i;
      }
      if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
    }
    return xml.length();
  }

  /** Reports whether a tag that ends at a place has content after it, if only to the text's end. */
  boolean opens(int tagEnd) {
    return tagEnd == xml.length() && xml.charAt(tagEnd - 1) != '>'
        || tagEnd > 1 && xml.charAt(tagEnd - 1) == '>' && xml.charAt(tagEnd - 2) != '/';
  }
}
