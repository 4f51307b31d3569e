package org.vmstate.formats.error;

import java.io.IOException;

/**
 * An I/O error whose message starts with what it is about, such as a file. What the system says of
 * a read or a write does not, and is about whatever was read or written.
 */
public final class NamedIOException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes an error with a message that starts with a name. */
  public NamedIOException(String message) {
    super(message);
  }

  /** Makes an error with a message that starts with a name, of an error whose message does not. */
  public NamedIOException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Puts a name in front of an error. */
  public static NamedIOException of(Object name, IOException e) {
    // some of the system's have no words
    String words = e.getMessage() == null ? e.toString() : e.getMessage();
    return new NamedIOException(name + ": " + words, e);
  }

  /** Puts a name in front of an error that has none. */
  public static IOException ofNameless(Object name, IOException e) {
    return e instanceof NamedIOException ? e : of(name, e);
  }
}
