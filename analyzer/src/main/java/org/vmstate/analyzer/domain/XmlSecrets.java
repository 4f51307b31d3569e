package org.vmstate.analyzer.domain;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hides what nobody but the host's administrator should read in a domain XML. That is what virsh
 * leaves out without {@code --security-info}: passwords of displays, cookies of network disks; and
 * whatever else may hold a key: the value of a secret, the owner's certificate and session of AMD
 * SEV, files of the firmware, credentials for the guest's systemd, secret objects on a command line
 * of the user's own, passwords in addresses, what management programs keep in the metadata, and
 * comments. Strings of people and of the firmware's tables are hidden when a word in them says so.
 */
public final class XmlSecrets {
  private static final Pattern ATTRIBUTE =
      Pattern.compile("(\\b(?:passwd|password|passphrase)\\s*=\\s*)(\"[^\"]*\"|'[^']*')");

  /** Of the user in an address: {@code https://user:password@host/}. */
  private static final Pattern ADDRESS =
      Pattern.compile("(://[^\\s/?#<>@:\"']{0,256}+:)[^\\s/?#<>@\"']{1,1024}+(?=@)");

  /** Words of whoever passes a secret in a string that is free. */
  private static final Pattern WORDS =
      Pattern.compile(
          "io\\.systemd\\.credential|pass(?:w|phr|code)|secret|token|credential|private.?key|"
              + "api.?key|user.?data|cloud-config",
          Pattern.CASE_INSENSITIVE);

  /** What holds a credential of systemd in the firmware's tables or files, by its name. */
  private static final String CREDENTIAL = "io.systemd.credential";

  private static final String COMMENT = "<!--";
  private static final String COMMENT_END = "-->";
  private static final String CDATA = "<![CDATA[";
  private static final String CDATA_END = "]]>";

  /** Elements whose content is a secret. */
  private static final Set<String> SECRET =
      Set.of("cookie", "secret", "dhCert", "session", "passwd", "password", "passphrase", "key");

  /** Elements whose content is a string for the guest or for people. */
  private static final Set<String> FREE = Set.of("entry", "cmdline", "title", "description");

  private final MaskedText text;
  private final String xml;

  /** Whether entries are files of the firmware, up to the next {@code sysinfo}. */
  private boolean files;

  private XmlSecrets(String xml) {
    this.xml = xml;
    text = new MaskedText(xml);
  }

  /** Replaces what is secret by {@code ***}; lines stay lines. */
  public static String mask(String xml) {
    String attributes = ATTRIBUTE.matcher(xml).replaceAll(m -> masked(m.group(1), m.group(2)));
    String addresses = ADDRESS.matcher(attributes).replaceAll("$1" + MaskedText.HIDDEN);
    return new XmlSecrets(CommandSecrets.mask(addresses)).elements();
  }

  /** Reports whether a word in a free string says that it holds a secret. */
  static boolean isTelling(String free) {
    return WORDS.matcher(free).find();
  }

  private static String masked(String name, String value) {
    return Matcher.quoteReplacement(name + "'" + MaskedText.hidden(value) + "'");
  }

  /** Hides the text of elements, also of such that never end. */
  private String elements() {
    int start = xml.indexOf('<');
    while (start >= 0) {
      start = xml.indexOf('<', xml.startsWith(COMMENT, start) ? comment(start) : element(start));
    }
    return text.finish();
  }

  /** Hides a comment and returns where it ends. */
  private int comment(int start) {
    int from = start + COMMENT.length();
    int end = text.find(COMMENT_END, from);
    text.hide(from, end);
    return end;
  }

  /** Hides what is secret in an element and returns where to look for the next. */
  private int element(int start) {
    String name = text.name(start + 1);
    if (name.equals("metadata")) {
      return new Metadata(text).hide(start);
    }
    boolean secret = SECRET.contains(name);
    if (!secret && !FREE.contains(name) && !name.equals("sysinfo")) {
      return start + 1;
    }
    int content = text.tagEnd(start + 1);
    if (name.equals("sysinfo")) {
      files = xml.substring(start, content).contains("fwcfg");
      return content;
    }
    if (!text.opens(content)) {
      return content;
    }
    if (secret) {
      int end = close(name, content);
      text.hide(content, end);
      return end;
    }
    // in a tag that never ends nothing is an entry's text
    return content == xml.length() ? start + 1 : free(start, content);
  }

  private int free(int start, int content) {
    int end = contentEnd(content);
    if (files || isTelling(xml.substring(start, end))) {
      text.hide(credential(start, content, end), end);
    }
    return end;
  }

  /** Returns where the text of an element ends, with what of it is quoted, and comments. */
  private int contentEnd(int from) {
    int end = text.find("<", from);
    int next = unread(end);
    while (next > end) {
      end = text.find("<", next);
      next = unread(end);
    }
    return end;
  }

  /** Returns where a comment or what is quoted ends; the same place where there is neither. */
  private int unread(int at) {
    String mark =
        xml.startsWith(COMMENT, at) ? COMMENT_END : xml.startsWith(CDATA, at) ? CDATA_END : "";
    return mark.isEmpty() || text.find(mark, at) == xml.length() ? at : text.after(mark, at);
  }

  /**
   * Returns where the secret starts in a free string: all of it, or what a credential's name is.
   */
  private int credential(int tag, int content, int end) {
    int found = xml.substring(content, end).indexOf(CREDENTIAL);
    if (found < 0 || xml.substring(tag, content).contains(CREDENTIAL)) {
      return content;
    }
    int value = xml.substring(content + found, end).indexOf('=');
    boolean plain = xml.indexOf('<', content) >= end;
    return plain && value >= 0 ? content + found + value + 1 : content;
  }

  /** Returns where an element ends; what is a comment or quoted ends nothing. */
  private int close(String name, int from) {
    String end = "</" + name;
    int at = text.find("<", from);
    while (at < xml.length() && !xml.startsWith(end, at)) {
      at = text.find("<", Math.max(at + 1, unread(at)));
    }
    return at;
  }
}
