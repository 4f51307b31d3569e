package org.vmstate.formats.error;

import java.io.IOException;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;

/** Input that is not what its format promises. */
public abstract sealed class StateFormatException extends IOException
    permits UnrecognizedFormatException,
        UnsupportedFeatureException,
        MalformedDataException,
        TruncatedDataException,
        LimitExceededException {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  StateFormatException(Problem problem) {
    super(problem.line());
    this.problem = problem;
  }

  /** Returns what is wrong, and where. */
  public Problem problem() {
    return problem;
  }

  /** Returns what is wrong. */
  public Reason reason() {
    return problem.reason();
  }

  /** Returns what is wrong in words, without the place. */
  public String words() {
    return problem.words();
  }

  /**
   * Returns the absolute offset in bytes, from the start of the outermost file. Inside a compressed
   * stream it counts decompressed bytes, and the path starts with the compression's name.
   */
  public long offset() {
    return problem.offset();
  }

  /** Returns the path through the structure, such as {@code section[3].ram.block[1]}. */
  public String path() {
    return problem.path();
  }
}
