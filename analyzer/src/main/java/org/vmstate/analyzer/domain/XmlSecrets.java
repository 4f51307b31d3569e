package org.vmstate.analyzer.domain;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hides what nobody but the host's administrator should read in a domain XML. That is what virsh
 * leaves out without {@code --security-info}: passwords of displays, cookies of network disks; and
 * whatever else holds a key: the value of a secret, the owner's certificate and session of AMD SEV,
 * secret objects on a command line of the user's own.
 */
public final class XmlSecrets {
  private static final String HIDDEN = "***";

  private static final Pattern ATTRIBUTE =
      Pattern.compile("(\\b(?:passwd|password|passphrase)\\s*=\\s*)(\"[^\"]*\"|'[^']*')");

  /** Of QEMU's {@code -object secret,id=ID,data=VALUE}, and older options with a password. */
  private static final Pattern ARGUMENT =
      Pattern.compile("(\\b(?:data|password)=)([^,\"'<>\\s]++)");

  /** A command line's argument in quotes. */
  private static final Pattern COMMAND = Pattern.compile("<(?:\\w+:)?(?:arg|env)\\s[^<>]*+>");

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
    String arguments =
        COMMAND
            .matcher(attributes)
            .replaceAll(
                m ->
                    Matcher.quoteReplacement(
                        ARGUMENT.matcher(m.group()).replaceAll("$1" + HIDDEN)));
    return new XmlSecrets(arguments).elements();
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
      }
      start = xml.indexOf('<', next);
    }
    return out.append(xml, at, xml.length()).toString();
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
