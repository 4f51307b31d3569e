package org.vmstate.analyzer.dump;

import java.util.regex.Pattern;

/** Hides the passwords of a domain XML, as virsh does without {@code --security-info}. */
public final class XmlSecrets {
  private static final Pattern PASSWORD =
      Pattern.compile("(\\b(?:passwd|password)\\s*=\\s*)(\"[^\"]*\"|'[^']*')");

  private XmlSecrets() {}

  /** Replaces the value of every password attribute. */
  public static String mask(String xml) {
    return PASSWORD.matcher(xml).replaceAll("$1'***'");
  }
}
