package org.vmstate.analyzer.domain;

/**
 * Hides what management programs keep in the metadata of a domain: what it is called is shown, its
 * values are not, as only the program knows which of them are secret. Namespaces stay.
 */
final class Metadata {
  private static final String CDATA = "<![CDATA[";
  private static final String NAMESPACE = "xmlns";

  private final MaskedText text;
  private final String xml;

  Metadata(MaskedText text) {
    this.text = text;
    xml = text.xml();
  }

  /** Hides the values in the metadata that start at a place, and returns where they end. */
  int hide(int start) {
    int depth = 0;
    int at = start;
    while (at < xml.length()) {
      int end = markup(at);
      if (end < 0) {
        end = text.tagEnd(at + 1);
        values(at + 1, end);
        boolean ends = xml.startsWith("/metadata", at + 1);
        if (ends || text.name(at + 1).equals("metadata") && text.opens(end)) {
          depth += ends ? -1 : 1;
        }
        if (depth <= 0) {
          return end;
        }
      }
      at = text.find("<", end);
      text.hide(end, at);
    }
    return at;
  }

  /** Hides a comment or what is quoted, and returns where it ends; -1 where there is neither. */
  private int markup(int at) {
    boolean comment = xml.startsWith("<!--", at);
    if (!comment && !xml.startsWith(CDATA, at)) {
      return -1;
    }
    int from = at + (comment ? 4 : CDATA.length());
    String mark = comment ? "-->" : "]]>";
    text.hide(from, text.find(mark, from));
    return text.after(mark, from);
  }

  /** Hides the values of a tag. */
  private void values(int from, int end) {
    int at = from;
    while (at < end) {
      char c = xml.charAt(at);
      if (c == '"' || c == '\'') {
        int quote = xml.indexOf(c, at + 1);
        int close = quote < 0 || quote > end ? end : quote;
        if (!isNamespace(from, at)) {
          text.hide(at + 1, close);
        }
        at = close;
      }
      at++;
    }
  }

  private boolean isNamespace(int tag, int value) {
    int start = value;
    while (start > tag && value - start < 256 && !isSpace(start - 1)) {
      start--;
    }
    return xml.startsWith(NAMESPACE, start);
  }

  private boolean isSpace(int at) {
    return Character.isWhitespace(xml.charAt(at));
  }
}
