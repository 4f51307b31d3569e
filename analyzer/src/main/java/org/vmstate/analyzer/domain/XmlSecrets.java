package org.vmstate.analyzer.domain;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hides what nobody but the host's administrator should read in a domain XML. That is what virsh
 * leaves out without {@code --security-info}: passwords of displays, cookies of network disks; and
 * whatever else holds a key: the value of a secret, the owner's certificate and session of AMD SEV,
 * credentials for the guest's systemd, secret objects on a command line of the user's own.
 */
public final class XmlSecrets {
  private static final String HIDDEN = "***";

  private static final Pattern ATTRIBUTE =
      Pattern.compile("(\\b(?:passwd|password|passphrase)\\s*=\\s*)(\"[^\"]*\"|'[^']*')");

  /** What holds a credential of systemd in the firmware's tables or files, by its name. */
  private static final String CREDENTIAL = "io.systemd.credential";

  private static final String ENTRY = "entry";
  private static final String CDATA = "<![CDATA[";
  private static final String CDATA_END = "]]>";

  private static final Set<String> ELEMENTS =
      Set.of("cookie", "secret", "dhCert", "session", "passwd", "password", "passphrase", "key");

  private final String xml;
  private final StringBuilder out;

  /** Elements whose end was sought in vain, so that it is not sought again. */
  private final Set<String> endless = new HashSet<>();

  private XmlSecrets(String xml) {
    this.xml = xml;
    out = new StringBuilder(xml.length());
  }

  /** Replaces what is secret by {@code ***}; lines stay lines. */
  public static String mask(String xml) {
    String attributes = ATTRIBUTE.matcher(xml).replaceAll(m -> masked(m.group(1), m.group(2)));
    return new XmlSecrets(CommandSecrets.mask(attributes)).elements();
  }

  private static String masked(String name, String value) {
    String lines = "\n".repeat((int) value.chars().filter(c -> c == '\n').count());
    return Matcher.quoteReplacement(name + "'" + HIDDEN + lines + "'");
  }

  /** Hides the text of elements, also of such that never end; no byte is looked at twice. */
  private String elements() {
    int at = 0;
    int start = xml.indexOf('<');
    while (start >= 0) {
      String name = name(start + 1);
      int next = start + 1;
      if (ELEMENTS.contains(name)) {
        next = tagEnd(start + 1);
        boolean opens = next > 0 && xml.charAt(next - 1) == '>' && xml.charAt(next - 2) != '/';
        if (opens || next == xml.length()) {
          int close = close(name, next);
          out.append(xml, at, next);
          hide(next, close);
          at = close;
          next = close;
        }
      } else if (name.equals(ENTRY)) {
        int text = tagEnd(start + 1);
        // in a tag that never ends nothing is an entry's text
        if (text < xml.length()) {
          int end = textEnd(text);
          int secret = credential(start, text, end);
          out.append(xml, at, secret);
          hide(secret, end);
          at = end;
          next = end;
        }
      }
      start = xml.indexOf('<', next);
    }
    return out.append(xml, at, xml.length()).toString();
  }

  /** Returns where the text of an entry ends, which may be quoted as a whole. */
  private int textEnd(int from) {
    if (xml.startsWith(CDATA, from) && !endless.contains(CDATA)) {
      int end = xml.indexOf(CDATA_END, from);
      if (end >= 0) {
        return end + CDATA_END.length();
      }
      endless.add(CDATA);
    }
    int end = xml.indexOf('<', from);
    return end < 0 ? xml.length() : end;
  }

  /** Returns where a credential starts in an entry's text, the text's end where none is. */
  private int credential(int tag, int text, int end) {
    if (xml.substring(tag, text).contains(CREDENTIAL)) {
      return text;
    }
    int found = xml.substring(text, end).indexOf(CREDENTIAL);
    if (found < 0) {
      return end;
    }
    int value = xml.substring(text + found, end).indexOf('=');
    return xml.startsWith(CDATA, text) || value < 0 ? text : text + found + value + 1;
  }

  private String name(int from) {
    int end = from;
    while (end < xml.length() && end - from < 16 && Character.isLetter(xml.charAt(end))) {
      end++;
    }
    return xml.substring(from, end);
  }

  /** Returns the end of a tag, in whose values a {@code >} may stand, or where another starts. */
  private int tagEnd(int from) {
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

  private int close(String name, int from) {
    int close = endless.contains(name) ? -1 : xml.indexOf("</" + name, from);
    if (close < 0) {
      endless.add(name);
      return xml.length();
    }
    return close;
  }

  private void hide(int from, int to) {
    boolean something = false;
    for (int i = from; i < to; i++) {
      something |= !Character.isWhitespace(xml.charAt(i));
    }
    if (!something) {
      out.append(xml, from, to);
      return;
    }
    out.append(HIDDEN);
    for (int i = from; i < to; i++) {
      if (xml.charAt(i) == '\n') {
        out.append('\n');
      }
    }
  }
}
