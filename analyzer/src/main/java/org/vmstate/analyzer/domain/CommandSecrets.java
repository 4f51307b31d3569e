package org.vmstate.analyzer.domain;

import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hides what is secret on a command line of the user's own in a domain XML: arguments and the
 * environment that libvirt gives QEMU as they are. Lines stay lines.
 *
 * <p>Sources: QEMU 10.0 util/keyval.c (two commas stand for one in a value), qobject/json-parser.c
 * (strings in either quotes), docs/system/secrets; systemd.system-credentials(7).
 */
final class CommandSecrets {
  /** An argument or a variable, in whose values a {@code >} may stand. */
  private static final Pattern TAG =
      Pattern.compile("<(?:\\w+:)?(arg|env)\\s(?:\"[^\"<]*+\"?|'[^'<]*+'?|[^<>\"'])*+");

  private static final Pattern VALUE = Pattern.compile("(\\bvalue\\s*=\\s*)(\"[^\"<]*+|'[^'<]*+)");

  private static final Pattern NAME = Pattern.compile("\\bname\\s*=\\s*(\"[^\"<]*+|'[^'<]*+)");

  private static final Pattern SECRET_NAME =
      Pattern.compile("pass|secret|token|key|credential", Pattern.CASE_INSENSITIVE);

  /** In the name of whatever has a credential. */
  private static final String CREDENTIAL = "credential";

  private static final String KEYS = "(?:data|password|passwd|passphrase|token)";

  /**
   * Of QEMU's {@code -object secret,id=ID,data=VALUE}, older options with a password, the kernel's
   * command line, and {@code -fw_cfg name=NAME,string=VALUE}.
   */
  private static final Pattern PAIR =
      Pattern.compile("((?:\\bstring|(?:\\b|_)" + KEYS + ")=)((?:,,|[^,])++)");

  /** The same as JSON, in quotes of any kind: a quote, the key, a colon, the value in quotes. */
  private static final Pattern MEMBER =
      Pattern.compile(
          "((\"|'|&(?:quot|apos|#34|#39|#x22|#x27);)"
              + KEYS
              + "\\2\\s*+:\\s*+(\"|'|&(?:quot|apos|#34|#39|#x22|#x27);))"
              + "((?s:\\\\.|(?!\\3)[^\\\\])*+)");

  /**
   * A credential of systemd as an OEM string of the firmware's tables. Its name has no colon, so
   * that a string full of these words is not read again from each of them.
   */
  private static final Pattern OEM_STRING =
      Pattern.compile(
          "(\\bio\\.systemd\\.credential(?:\\.binary)?:[^=,:]{0,256}+=)((?:,,|[^,])++)");

  /** The same as a file of the firmware, whose content stands after its name. */
  private static final Pattern FIRMWARE_FILE =
      Pattern.compile("(io\\.systemd\\.credentials?/[^,/]{0,256}+,(?:\\w++=)?+)((?:,,|[^,])++)");

  /**
   * The same on the kernel's command line. A name may have all of this in it, so it ends before the
   * next argument of that kind, or a string full of them would be read again from each.
   */
  static final Pattern KERNEL_ARGUMENT =
      Pattern.compile(
          "(\\bsystemd\\.set_credential(?:_binary)?+="
              + "(?:[^:\\s,s]|s(?!(?<=\\bs)ystemd\\.set_credential(?:_binary)?+=)){0,256}+:)(\\S++)");

  /** Another string of the firmware's tables, where cloud-init and others look for their data. */
  private static final Pattern TABLE =
      Pattern.compile("(\\b(?:value|serial)=)(?!io\\.systemd\\.)((?:,,|[^,])++)");

  private CommandSecrets() {}

  /** Replaces what is secret by {@code ***}. */
  static String mask(String xml) {
    return TAG.matcher(xml).replaceAll(m -> Matcher.quoteReplacement(tag(m)));
  }

  private static String tag(MatchResult tag) {
    Matcher name = NAME.matcher(tag.group());
    boolean all =
        tag.group(1).equals("env") && name.find() && SECRET_NAME.matcher(name.group(1)).find();
    return VALUE
        .matcher(tag.group())
        .replaceAll(
            m -> {
              String value = m.group(2).substring(1);
              return Matcher.quoteReplacement(
                  m.group(1)
                      + m.group(2).charAt(0)
                      + (all ? MaskedText.hidden(value) : value(value)));
            });
  }

  private static String value(String value) {
    // what cannot match is not looked for: a value may have megabytes
    String shown = value;
    if (shown.indexOf(':') >= 0) {
      shown = hide(MEMBER, shown, secret -> true);
    }
    if (shown.indexOf('=') >= 0) {
      shown = hide(PAIR, shown, secret -> true);
    }
    if (shown.contains(CREDENTIAL)) {
      for (Pattern pattern : new Pattern[] {OEM_STRING, FIRMWARE_FILE, KERNEL_ARGUMENT}) {
        shown = hide(pattern, shown, secret -> true);
      }
    }
    return shown.indexOf('=') >= 0 ? hide(TABLE, shown, XmlSecrets::isTelling) : shown;
  }

  private static String hide(Pattern pattern, String text, Predicate<String> which) {
    return pattern
        .matcher(text)
        .replaceAll(
            m -> {
              String secret = m.group(m.groupCount());
              return Matcher.quoteReplacement(
                  which.test(secret) ? m.group(1) + MaskedText.hidden(secret) : m.group());
            });
  }
}
