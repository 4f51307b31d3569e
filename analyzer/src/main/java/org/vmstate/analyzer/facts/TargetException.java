package org.vmstate.analyzer.facts;

import java.io.IOException;

/** A target that did not say what it is. */
public final class TargetException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes the exception with a text for people. */
  public TargetException(String message) {
    super(message);
  }
}
