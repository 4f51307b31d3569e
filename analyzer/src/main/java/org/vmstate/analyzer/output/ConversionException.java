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

  /** Makes the exception for an output that cannot be written from its start to its end. */
  public static ConversionException needsFile(String format, String why) {
    return named(
        "standard output: "
            + format
            + " cannot be written to a pipe: "
            + why
            + "; give the name of a file");
  }

  /** Makes the exception with words that start with what they are about: a file, an option. */
  public static ConversionException named(String message) {
    return new ConversionException(message, true);
  }
}
