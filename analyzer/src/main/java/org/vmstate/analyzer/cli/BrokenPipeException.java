package org.vmstate.analyzer.cli;

import java.io.IOException;

/** Nobody reads standard output any more; that is no failure worth a line. */
final class BrokenPipeException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenPipeException(IOException cause) {
    super("standard output: nobody reads it any more", cause);
  }
}
