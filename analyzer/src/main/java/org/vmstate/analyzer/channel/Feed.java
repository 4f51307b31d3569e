package org.vmstate.analyzer.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import org.vmstate.analyzer.output.WorkerFailure;
import org.vmstate.parser.io.BulkStream;

/**
 * What comes over a connection, read by a thread of its own into 256 KiB of memory; the sender
 * waits while they are full. {@link #relieve} moves them into a file, for a reader that cannot take
 * them now although the sender has to go on. A connection that breaks ends the stream.
 */
final class Feed extends BulkStream {
  private static final int CHUNKS = 8;
  private static final int CHUNK = 32 << 10;

  private final SocketChannel connection;
  private final Signal signal;
  private final ArrayDeque<ByteBuffer> chunks = new ArrayDeque<>();
  private boolean ended;
  private Throwable failure;
  private FileChannel spool;
  private long spoolAt;
  private long spoolEnd;

  /** Reads a connection whose first bytes were taken already. */
  Feed(SocketChannel connection, ByteBuffer first, Signal signal) {
    this.connection = connection;
    this.signal = signal;
    chunks.add(first);
    Thread.ofVirtual().name("connection").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        int n = connection.read(chunk);
        synchronized (signal) {
          signal.arrived();
          if (n < 0) {
            break;
          }
          chunks.add(chunk.flip());
          while (chunks.size() >= CHUNKS && !ended) {
            signal.wait();
          }
        }
      }
    } catch (IOException e) {
      // for the reader the stream ends here
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      failure = e;
    }
    synchronized (signal) {
      ended = true;
      signal.arrived();
    }
  }

  /** Reports whether a read returns at once. */
  boolean isReady() {
    synchronized (signal) {
      return spoolAt < spoolEnd || !chunks.isEmpty() || ended;
    }
  }

  /** Moves what is in memory into a file when the sender waits for that. */
  void relieve() throws IOException {
    synchronized (signal) {
      if (chunks.size() < CHUNKS) {
        return;
      }
      if (spool == null) {
        Path file = Files.createTempFile("vmstate-img", ".channel");
        spool =
            FileChannel.open(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      }
      for (ByteBuffer chunk : chunks) {
        while (chunk.hasRemaining()) {
          spoolEnd += spool.write(chunk, spoolEnd);
        }
      }
      chunks.clear();
      signal.notifyAll();
    }
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    synchronized (signal) {
      while (!isReady()) {
        signal.await();
      }
      if (spoolAt < spoolEnd) {
        int most = (int) Math.min(length, spoolEnd - spoolAt);
        int n = spool.read(ByteBuffer.wrap(target, from, most), spoolAt);
        spoolAt += n;
        return n;
      }
      if (chunks.isEmpty()) {
        if (failure != null) {
          throw WorkerFailure.of(failure);
        }
        return -1;
      }
      ByteBuffer chunk = chunks.getFirst();
      int n = Math.min(length, chunk.remaining());
      chunk.get(target, from, n);
      if (!chunk.hasRemaining()) {
        chunks.removeFirst();
        signal.notifyAll();
      }
      return n;
    }
  }

  /** Sends an answer. */
  void answer(ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        connection.write(bytes);
      }
    } catch (IOException e) {
      // the reader will see that the sender is gone
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (signal) {
      ended = true;
      signal.notifyAll();
    }
    connection.close();
    if (spool != null) {
      spool.close();
    }
  }
}
