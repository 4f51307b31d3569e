package org.vmstate.formats.error;

import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;

/** The file asks for more memory or depth than the limits allow. */
public final class LimitExceededException extends StateFormatException {

  private static final long serialVersionUID = 1L;

  /** Carries a problem. */
  public LimitExceededException(Problem problem) {
    super(problem);
  }

  /**
   * Names the problem and its place.
   *
   * @param reason what is wrong
   * @param words what was expected and what was found
   * @param offset absolute file offset in bytes
   * @param path path through the structure, may be empty
   */
  public LimitExceededException(Reason reason, String words, long offset, String path) {
    super(Problem.of(reason, words, offset, path));
  }
}
