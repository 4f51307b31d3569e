package org.vmstate.analyzer.output;

import java.io.IOException;

/** A conversion that is not possible, or would lose something; nothing is wrong with the input. */
public final class ConversionException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean named;

  /** Makes the exception with words for people about the input. */
  public ConversionException(String message) {
    this(message, false);
  }

  private ConversionException(String message, boolean named) {
    super(message);
    this.named = named;
  }

  /** Makes the exception with words that start with what they are about: a file, an option. */
  public static ConversionException named(String message) {
    return new ConversionException(message, true);
  }

  /** Reports whether the message starts with what it is about. */
  public boolean isNamed() {
    return named;
  }
}
