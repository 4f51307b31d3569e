package org.vmstate.analyzer.output;

import java.io.IOException;

/** A conversion that is not possible, or would lose something; nothing is wrong with the input. */
public final class ConversionException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes the exception with a text for people. */
  public ConversionException(String message) {
    super(message);
  }
}
