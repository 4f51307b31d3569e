package org.vmstate.analyzer.output;

import java.io.IOException;
import java.nio.file.Path;
import org.vmstate.formats.error.StateFormatException;

/** An image that is read beside the input is not what its format promises. */
public final class OtherImageException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Path image;
  private final transient StateFormatException problem;

  /** Says which image has a problem. */
  public OtherImageException(Path image, StateFormatException problem) {
    super(image + ": " + problem.getMessage(), problem);
    this.image = image;
    this.problem = problem;
  }

  /** Returns the image. */
  public Path image() {
    return image;
  }

  /** Returns what is wrong with it. */
  public StateFormatException problem() {
    return problem;
  }
}
