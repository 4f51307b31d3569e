package org.vmstate.analyzer.output;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.vmstate.formats.error.NamedIOException;

/**
 * A range of a file that a thread of its own reads some pieces ahead of who writes them. Linux lets
 * one thread at a time write to a file, but others read meanwhile.
 */
final class ReadAhead implements AutoCloseable {
  /** Bytes of a piece: so many are best written at once. */
  static final int PIECE = 256 << 10;

  private static final int PIECES = 4;

  /** Of the page cache. */
  private static final int PAGE = 4096;

  /** Ends the work; made before, as there may be no memory for it when it is needed. */
  private static final ByteBuffer END = ByteBuffer.allocate(0);

  private final FileChannel channel;
  private final Path name;
  private final long end;

  /** By how much the bytes move. */
  private final long shift;

  private final BlockingQueue<ByteBuffer> empty = new ArrayBlockingQueue<>(PIECES + 1);

  /** What was read; at the end, and after a failure, a piece without bytes. */
  private final BlockingQueue<ByteBuffer> full = new ArrayBlockingQueue<>(PIECES + 1);

  private final Thread thread;
  private volatile boolean unwanted;
  private volatile Throwable failure;

  /**
   * Starts to read.
   *
   * @param channel may be read by others meanwhile
   * @param name the path that errors name
   * @param to offset at which the bytes will be written; pieces end where whole pages of the output
   *     do
   */
  ReadAhead(FileChannel channel, Path name, long from, long end, long to) {
    this.channel = channel;
    this.name = name;
    this.end = end;
    this.shift = to - from;
    ByteBuffer all = between(shift, PIECES * PIECE);
    for (int i = 0; i < PIECES; i++) {
      empty.add(all.slice(i * PIECE, PIECE));
    }
    thread = new Thread(() -> run(from), "read-ahead");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Returns a buffer that lies in its pages otherwise than both files. A processor takes twice as
   * long to copy to where the same few bits of the address are a little more than those of what it
   * reads: only by these it looks for what it has to wait for.
   *
   * @param shift by how much the bytes move from one file to the other
   */
  static ByteBuffer between(long shift, int size) {
    long within = Math.floorMod(shift, (long) PAGE);
    boolean half = Math.abs(within - PAGE / 2) > PAGE / 4;
    return ByteBuffer.allocateDirect(size + 2 * PAGE)
        .alignedSlice(PAGE)
        .slice(half ? PAGE / 2 : PAGE / 4, size);
  }

  private void run(long from) {
    try {
      for (long at = from; at < end && !unwanted; ) {
        ByteBuffer piece = empty.take();
        if (piece == END) {
          return;
        }
        int whole = PIECE - (int) Math.floorMod(at + shift, (long) PIECE);
        read(channel, name, piece.clear().limit((int) Math.min(whole, end - at)), at);
        at += piece.limit();
        full.add(piece.flip());
      }
    } catch (Throwable e) {
      failure = e;
    }
    full.add(END);
  }

  /** Fills a buffer from an offset of a file on. */
  static void read(FileChannel channel, Path name, ByteBuffer target, long from)
      throws IOException {
    while (target.hasRemaining()) {
      long at = from + target.position();
      try {
        if (channel.read(target, at) >= 0) {
          continue;
        }
      } catch (IOException e) {
        throw NamedIOException.of(name, e);
      }
      throw new NamedIOException(name + ": unexpected end at offset " + at);
    }
  }

  /** Returns the next piece, without bytes at the end. */
  ByteBuffer next() throws IOException {
    ByteBuffer piece;
    try {
      piece = full.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    if (failure != null && !piece.hasRemaining()) {
      throw WorkerFailure.of(failure);
    }
    return piece;
  }

  /** Takes a piece back whose bytes were written. */
  void done(ByteBuffer piece) {
    empty.add(piece);
  }

  /** Reports whether the channel may be read. */
  boolean isAtWork() {
    return thread.isAlive();
  }

  /** Ends the work; the channel is not read any more. */
  @Override
  public void close() {
    unwanted = true;
    empty.offer(END);
    Workers.await(thread);
  }
}
