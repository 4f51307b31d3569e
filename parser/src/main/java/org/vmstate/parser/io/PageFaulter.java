package org.vmstate.parser.io;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;

/**
 * Touches a mapping ahead of its reader. To pass over the pages of a long stream costs hardly more
 * than the page faults, so a second thread takes every other stretch of them.
 */
final class PageFaulter implements Runnable {
  /** Length of a stretch in bytes. */
  static final int STRETCH = 2 << 20;

  /** How far ahead of the reader to go, in bytes; what it never reads should not be read either. */
  static final long REACH = 32L * STRETCH;

  /** Linux maps as much as this around a fault, where it is in the page cache. */
  private static final int AROUND = 64 << 10;

  /** Short for a reader that takes all of the reach, and long for a processor that it needs. */
  private static final long PAUSE_NANOS = 1_000_000;

  private final MemorySegment map;
  private final Thread thread = new Thread(this, "page-faulter");
  private volatile long reader;
  private volatile boolean stopped;

  /** Keeps the compiler from leaving out what is read for nothing. */
  private volatile int seen;

  PageFaulter(MemorySegment map, long reader) {
    this.map = map;
    this.reader = reader;
    thread.setDaemon(true);
    thread.start();
  }

  /** Reports where in the mapping the reader is. */
  void follow(long offset) {
    reader = offset;
  }

  /** Ends the work; the mapping can be closed then. */
  void stop() {
    stopped = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    long next = reader;
    while (!stopped && next < map.byteSize()) {
      long at = reader;
      if (next <= at) {
        // the stretch after the one that is being read
        next = (at / STRETCH + 1) * STRETCH;
      } else if (next - at > REACH) {
        LockSupport.parkNanos(PAUSE_NANOS);
      } else {
        try {
          touch(next);
        } catch (Throwable e) {
          // most likely the file became shorter; whatever it is, its reader will find out, too
          return;
        }
        next += 2 * STRETCH;
      }
    }
  }

  private void touch(long from) {
    // unlike a segment, a buffer is read without method handles, which would have to be made first
    ByteBuffer stretch = map.asSlice(from, Math.min(STRETCH, map.byteSize() - from)).asByteBuffer();
    int sum = 0;
    for (int at = 0; at < stretch.limit() && !stopped; at += AROUND) {
      sum += stretch.get(at);
    }
    seen = sum;
  }

  /** Reports whether it is still at work. */
  boolean isRunning() {
    return thread.isAlive();
  }
}
