package org.vmstate.analyzer.output;

/** A conversion that is not possible, or would lose something; nothing is wrong with the input. */
public final class ConversionException extends RefusedException {
  private static final long serialVersionUID = 1L;

  /** Makes the exception with words for people about the input. */
  public ConversionException(String message) {
    super(message, false);
  }

  private ConversionException(String message, boolean named) {
    super(message, named);
  }

  /** Makes the exception with words that start with what they are about: a file, an option. */
  public static ConversionException named(String message) {
    return new ConversionException(message, true);
  }
}
