package org.vmstate.writer.io;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Hands what is written to a thread that writes it to another stream, so that both sides work at
 * once. Up to {@link #BUFFERS} buffers are on their way. Whatever the other stream throws, an error
 * of the virtual machine included, is thrown at the next call. For use by one thread.
 */
public final class BackgroundStream extends OutputStream {
  private static final int BUFFERS = 4;
  private static final int BUFFER = 512 << 10;

  private final OutputStream target;
  private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(BUFFERS + 1);
  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BUFFERS);
  private final Thread thread;
  private volatile Throwable failure;
  private byte[] buffer;
  private int used;
  private boolean closed;

  /** Bytes on their way; an empty array ends the thread. */
  private record Chunk(byte[] bytes, int length) {}

  /** Writes to a stream, which is closed with this one. */
  public BackgroundStream(OutputStream target) {
    this.target = target;
    for (int i = 0; i < BUFFERS; i++) {
      free.add(new byte[BUFFER]);
    }
    thread = new Thread(this::run, "output");
    thread.setDaemon(true);
    thread.start();
  }

  /** Gives each buffer back, whatever happens: the other side waits for them. */
  private void run() {
    while (true) {
      Chunk chunk;
      try {
        chunk = full.take();
      } catch (Throwable e) {
        // nobody has a reason to interrupt; what is on its way still has to go
        fail(e instanceof InterruptedException ? new IOException("interrupted", e) : e);
        continue;
      }
      if (chunk.bytes.length == 0) {
        return;
      }
      try {
        if (failure == null) {
          target.write(chunk.bytes, 0, chunk.length);
        }
      } catch (Throwable e) {
        fail(e);
      } finally {
        free.add(chunk.bytes);
      }
    }
  }

  private void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] data, int from, int length) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      if (buffer == null) {
        buffer = take();
      }
      int n = Math.min(left, BUFFER - used);
      System.arraycopy(data, at, buffer, used, n);
      used += n;
      at += n;
      left -= n;
      if (used == BUFFER) {
        hand();
      }
    }
  }

  private byte[] take() throws IOException {
    check();
    try {
      byte[] result = free.take();
      if (failure != null) {
        free.add(result);
      }
      check();
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void hand() {
    full.add(new Chunk(buffer, used));
    buffer = null;
    used = 0;
  }

  private void check() throws IOException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IOException(failure);
    }
  }

  /** Writes the rest, waits for it and closes the other stream. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (used > 0) {
      hand();
    }
    end();
    boolean whole = false;
    try {
      check();
      whole = true;
    } finally {
      if (!whole) {
        closeBroken();
      }
    }
    target.close();
  }

  /** Lets the other stream give back what it holds; what it threw first is what counts. */
  private void closeBroken() {
    try {
      target.close();
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  /** Forgets what is on its way; the other stream is left as it is. */
  public void abandon() {
    fail(new IOException("given up"));
    if (!closed) {
      closed = true;
      end();
    }
  }

  private void end() {
    full.add(new Chunk(new byte[0], 0));
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
}
