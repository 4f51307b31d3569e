package org.vmstate.analyzer.change;

import java.util.Collection;
import org.vmstate.analyzer.output.RefusedException;
import org.vmstate.analyzer.report.Visible;
import org.vmstate.formats.rule.Nearest;

/** A change that is not possible; nothing was written. */
public final class ChangeException extends RefusedException {
  private static final long serialVersionUID = 1L;

  /** Makes the exception with words about the image, in one line whatever names they quote. */
  public ChangeException(String message) {
    this(message, false);
  }

  private ChangeException(String message, boolean named) {
    super(Visible.text(message), named);
  }

  /** The same with words that start with what they are about: a recipe, an option. */
  public static ChangeException named(String message) {
    return new ChangeException(message, true);
  }

  /** Returns an exception that names those of some names that are most like the one wanted. */
  static ChangeException unknown(String what, String wanted, Collection<String> names) {
    return new ChangeException(
        what + ": expected one that the image has, found " + wanted + Nearest.words(wanted, names));
  }
}
