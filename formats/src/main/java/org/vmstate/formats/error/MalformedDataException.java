package org.vmstate.formats.error;

import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;

/** The bytes contradict the format. */
public final class MalformedDataException extends StateFormatException {

  private static final long serialVersionUID = 1L;

  /** Carries a problem. */
  public MalformedDataException(Problem problem) {
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
  public MalformedDataException(Reason reason, String words, long offset, String path) {
    super(Problem.of(reason, words, offset, path));
  }
}
