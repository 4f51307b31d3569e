package org.vmstate.analyzer.output;

import java.io.IOException;

/** What was asked for is not possible, or would lose something; nothing was written. */
public abstract class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean named;

  /**
   * Makes the exception with words for people.
   *
   * @param named whether they start with what they are about, such as a file or an option; others
   *     are about the input
   */
  protected RefusedException(String message, boolean named) {
    super(message);
    this.named = named;
  }

  /** Reports whether the message starts with what it is about. */
  public final boolean isNamed() {
    return named;
  }
}
