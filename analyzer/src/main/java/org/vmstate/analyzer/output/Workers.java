package org.vmstate.analyzer.output;

/** Waits for threads that have something of their owner's in use. */
public final class Workers {
  private Workers() {}

  /** Waits until a thread has ended, also when this one is interrupted meanwhile. */
  public static void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
