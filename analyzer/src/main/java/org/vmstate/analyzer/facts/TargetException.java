package org.vmstate.analyzer.facts;

import java.io.IOException;
import org.vmstate.analyzer.report.Visible;

/** A target that did not say what it is. */
public final class TargetException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes the exception with words for people, in one line whatever the target said. */
  public TargetException(String message) {
    super(Visible.text(message));
  }
}
