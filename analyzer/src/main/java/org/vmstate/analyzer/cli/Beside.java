package org.vmstate.analyzer.cli;

import java.io.Closeable;
import java.io.IOException;
import org.vmstate.analyzer.output.WorkerFailure;
import org.vmstate.analyzer.output.Workers;

/**
 * Something that is done beside the work, and has ended, one way or the other, when it is closed.
 */
final class Beside implements Closeable {
  private final Thread thread;
  private Throwable failure;

  Beside(String name, Runnable work) {
    thread = new Thread(() -> run(work), name);
    thread.setDaemon(true);
    thread.start();
  }

  private void run(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      failure = e;
    }
  }

  @Override
  public void close() throws IOException {
    Workers.await(thread);
    if (failure != null) {
      throw WorkerFailure.of(failure);
    }
  }
}
