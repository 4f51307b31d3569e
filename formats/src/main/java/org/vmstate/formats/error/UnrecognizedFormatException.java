package org.vmstate.formats.error;

import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;

/** The file is of no kind that this program knows. */
public final class UnrecognizedFormatException extends StateFormatException {

  private static final long serialVersionUID = 1L;

  /** Carries a problem. */
  public UnrecognizedFormatException(Problem problem) {
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
  public UnrecognizedFormatException(Reason reason, String words, long offset, String path) {
    super(Problem.of(reason, words, offset, path));
  }
}
