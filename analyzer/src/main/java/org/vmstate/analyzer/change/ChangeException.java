package org.vmstate.analyzer.change;

import java.io.IOException;
import java.util.Collection;
import org.vmstate.analyzer.report.Visible;
import org.vmstate.formats.rule.Nearest;

/** A change that is not possible; nothing was written. */
public final class ChangeException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes the exception with words for people, in one line whatever names they quote. */
  public ChangeException(String message) {
    super(Visible.text(message));
  }

  /** Returns an exception that names those of some names that are most like the one wanted. */
  static ChangeException unknown(String what, String wanted, Collection<String> names) {
    return new ChangeException(
        what + ": expected one that the image has, found " + wanted + Nearest.words(wanted, names));
  }
}
