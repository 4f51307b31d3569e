package org.vmstate.formats.rule;

import java.util.Locale;

/** How bad a finding is. */
public enum Severity {
  /** Worth knowing. */
  INFO,
  /** Suspicious, or loaded although information is lost. */
  WARNING,
  /** Unusable, ambiguous or certainly wrong. */
  ERROR;

  /** Returns the name in reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
