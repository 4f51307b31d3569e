package org.vmstate.formats.error;

import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;

/** The file is valid, but uses something that this program does not read. */
public final class UnsupportedFeatureException extends StateFormatException {

  private static final long serialVersionUID = 1L;

  /** Carries a problem. */
  public UnsupportedFeatureException(Problem problem) {
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
  public UnsupportedFeatureException(Reason reason, String words, long offset, String path) {
    super(Problem.of(reason, words, offset, path));
  }
}
