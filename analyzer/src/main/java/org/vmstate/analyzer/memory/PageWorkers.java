package org.vmstate.analyzer.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.vmstate.analyzer.output.WorkerFailure;

/**
 * Threads that move pages. Each job has a buffer of {@link #BUFFER} bytes; when all buffers are in
 * use, the caller waits. A job's failure is thrown at the next call.
 */
final class PageWorkers implements Closeable {
  static final int BUFFER = 1 << 20;

  private final ExecutorService executor;
  private final int slots;
  private final Semaphore free;
  private final BlockingQueue<ByteBuffer> buffers;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Work on a buffer. */
  interface Job {
    void run(ByteBuffer buffer) throws IOException;
  }

  PageWorkers(int workers) {
    slots = workers * 2 + 1;
    free = new Semaphore(slots);
    buffers = new ArrayBlockingQueue<>(slots);
    for (int i = 0; i < slots; i++) {
      buffers.add(ByteBuffer.allocateDirect(BUFFER + 4096).alignedSlice(4096));
    }
    executor =
        Executors.newFixedThreadPool(
            workers,
            action -> {
              Thread thread = new Thread(action, "pages");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Returns an empty buffer to be filled by the caller and given to {@link #submit}. */
  ByteBuffer buffer() throws IOException {
    free.acquireUninterruptibly();
    check();
    return buffers.remove().clear();
  }

  /** Runs a job with a buffer from {@link #buffer}, which must not be used any more. */
  void submit(ByteBuffer buffer, Job job) {
    executor.execute(
        () -> {
          try {
            if (failure.get() == null) {
              job.run(buffer);
            }
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
          } finally {
            buffers.add(buffer);
            free.release();
          }
        });
  }

  /** Waits until all jobs are done. */
  void drain() throws IOException {
    free.acquireUninterruptibly(slots);
    free.release(slots);
    check();
  }

  private void check() throws IOException {
    if (failure.get() != null) {
      throw WorkerFailure.of(failure.get());
    }
  }

  /** Lets running jobs end and forgets the others. */
  @Override
  public void close() {
    failure.compareAndSet(null, new IOException("given up"));
    executor.shutdown();
    try {
      // a caller that failed may hold a buffer for ever, so threads are waited for, not buffers
      executor.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
