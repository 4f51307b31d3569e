package org.vmstate.analyzer.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.vmstate.analyzer.output.WorkerFailure;

/**
 * A stream that another thread writes while it is read, at most 1 MiB ahead. What the writer throws
 * the reader is thrown after the bytes before it; when the reader closes, the writer is thrown.
 */
final class Handover extends InputStream {
  private static final int CHUNKS = 4;
  private static final int CHUNK = 256 << 10;
  private static final int POLL_MILLIS = 100;
  private static final byte[] END = new byte[0];

  private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS);
  private final Thread thread;
  private volatile boolean closed;
  private volatile Throwable failure;
  private byte[] chunk = END;
  private int at;
  private boolean ended;

  /** Writes the stream. */
  interface Writer {
    /** Writes all of it. */
    void write(OutputStream out) throws IOException;
  }

  /** Starts a thread that writes. */
  Handover(Writer writer) {
    thread = new Thread(() -> run(writer), "channels");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(Writer writer) {
    try {
      Out out = new Out();
      try {
        writer.write(out);
      } finally {
        out.flush();
      }
    } catch (Throwable e) {
      failure = e;
    }
    try {
      put(END);
    } catch (Throwable e) {
      // nobody reads any more, or the reader sees that this thread is gone
      failure = failure == null ? e : failure;
    }
  }

  private void put(byte[] bytes) throws IOException {
    try {
      while (!closed) {
        if (chunks.offer(bytes, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IOException("the reader is gone");
  }

  /** Collects what is written into chunks. */
  private final class Out extends OutputStream {
    private final byte[] buffer = new byte[CHUNK];
    private int used;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] data, int from, int length) throws IOException {
      int done = 0;
      while (done < length) {
        int n = Math.min(length - done, CHUNK - used);
        System.arraycopy(data, from + done, buffer, used, n);
        used += n;
        done += n;
        if (used == CHUNK) {
          flush();
        }
      }
    }

    @Override
    public void flush() throws IOException {
      if (used > 0) {
        put(Arrays.copyOf(buffer, used));
        used = 0;
      }
    }
  }

  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    try {
      do {
        chunk = chunks.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } while (chunk == null && thread.isAlive());
      chunk = chunk == null ? chunks.poll() : chunk;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    at = 0;
    if (chunk == null) {
      // it had no memory left to say so
      chunk = END;
      failure = failure == null ? new OutOfMemoryError() : failure;
    }
    ended = chunk.length == 0;
    if (ended && failure != null) {
      throw WorkerFailure.of(failure);
    }
    return !ended;
  }

  @Override
  public int read() throws IOException {
    return at < chunk.length || fill() ? chunk[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    if (at == chunk.length && !fill()) {
      return -1;
    }
    int n = Math.min(length, chunk.length - at);
    System.arraycopy(chunk, at, target, from, n);
    at += n;
    return n;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    chunks.clear();
    thread.interrupt();
  }
}
