package org.vmstate.parser;

import org.vmstate.formats.error.StateFormatException;

/**
 * How a pass over an image ended. Whoever answers for an image or writes one has to ask: {@link
 * ImageReader#read} throws what {@link Broken} holds, and an output is only committed with an
 * outcome.
 */
public sealed interface Outcome {
  /** All of it was seen, up to the last byte of the input. */
  Outcome WHOLE = new Whole();

  /** Throws the problem of a broken image. */
  void require() throws StateFormatException;

  /** All of the image was seen and understood. */
  record Whole() implements Outcome {
    @Override
    public void require() {}
  }

  /**
   * What was asked for was seen, and no more.
   *
   * @param extent what was asked for
   */
  record Part(ParseOptions.Extent extent) implements Outcome {
    @Override
    public void require() {}
  }

  /**
   * Something that belongs to the image is missing, or contradicts what the image says of itself;
   * the pass went on as far as it could.
   *
   * @param problem the first such thing
   */
  record Broken(StateFormatException problem) implements Outcome {
    @Override
    public void require() throws StateFormatException {
      throw problem;
    }
  }
}
