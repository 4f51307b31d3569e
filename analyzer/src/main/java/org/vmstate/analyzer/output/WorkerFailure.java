package org.vmstate.analyzer.output;

import java.io.IOException;

/** Hands what a thread threw to its owner, as if the owner had met it. */
public final class WorkerFailure {
  private WorkerFailure() {}

  /** Throws what is unchecked, errors of the virtual machine included; returns the rest. */
  public static IOException of(Throwable cause) {
    return switch (cause) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> new IOException(cause);
    };
  }
}
