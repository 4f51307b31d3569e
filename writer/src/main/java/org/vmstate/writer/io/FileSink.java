package org.vmstate.writer.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.vmstate.formats.error.NamedIOException;

/**
 * A regular file: bytes are appended through a buffer, zeros become holes, and any place can be
 * written again. Only {@link #writeAt}, {@link #readAt} and {@link #transferAt} may be called by
 * several threads at once.
 */
public final class FileSink extends ByteSink {
  private static final int BUFFER = 256 << 10;

  private final FileChannel file;

  /**
   * Linux writes to one file one after the other, and who waits for that in the kernel keeps a
   * processor busy.
   */
  private final ReentrantLock moving = new ReentrantLock();

  private final DirectFile direct;

  /** Offset in the file of what has offset 0 here. */
  private final long base;

  /** The first bytes, which are written last, or null. */
  private final HeldHead held;

  /** Whether zeros have to be written, because something else may be there. */
  private final boolean solid;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

  /** Offset of the buffer's first byte. */
  private long start;

  private String name = "output";

  /**
   * Appends to a file from an offset on.
   *
   * @param direct a second handle that bypasses the page cache, or null
   */
  public FileSink(FileChannel file, DirectFile direct, long offset) {
    this(file, direct, offset, 0);
  }

  /**
   * Appends to a part of a file, in which all offsets count.
   *
   * @param base offset in the file at which the part starts
   */
  public FileSink(FileChannel file, DirectFile direct, long offset, long base) {
    this(file, direct, offset, base, null, false);
  }

  /** Overwrites something from an offset on, which may have no holes. */
  FileSink(FileChannel file, long offset, HeldHead held, boolean solid) {
    this(file, null, offset, 0, held, solid);
  }

  private FileSink(
      FileChannel file, DirectFile direct, long offset, long base, HeldHead held, boolean solid) {
    this.held = held;
    this.solid = solid;
    this.file = file;
    this.direct = direct;
    this.start = offset;
    this.base = base;
  }

  /** Says under which name errors of the file are reported, and returns this. */
  public FileSink named(String newName) {
    name = newName;
    return this;
  }

  private IOException failed(IOException e) {
    return NamedIOException.of(name, e);
  }

  @Override
  public long position() {
    return start + buffer.position();
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    while (data.hasRemaining()) {
      if (!buffer.hasRemaining()) {
        drain();
      }
      if (buffer.position() == 0 && data.remaining() >= BUFFER) {
        long count = data.remaining();
        writeAt(start, data);
        start += count;
        return;
      }
      int n = Math.min(buffer.remaining(), data.remaining());
      buffer.put(data.slice(data.position(), n));
      data.position(data.position() + n);
    }
  }

  @Override
  public void zeros(long count) throws IOException {
    if (solid || count <= buffer.remaining()) {
      super.zeros(count);
    } else {
      skipTo(position() + count);
    }
  }

  @Override
  public ByteBuffer allocate(int size) {
    return ByteBuffer.allocateDirect(size);
  }

  /** Continues at a later offset; what lies between stays as it is, a hole in a new file. */
  public void skipTo(long offset) throws IOException {
    drain();
    start = offset;
  }

  /** Ends a file of its own here: what was written after this before is given up. */
  public void cut() throws IOException {
    drain();
    try {
      file.truncate(base + start);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Writes bytes anywhere. */
  public void writeAt(long place, ByteBuffer data) throws IOException {
    try {
      put(place, data);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void put(long place, ByteBuffer data) throws IOException {
    long offset = base + place;
    if (direct != null) {
      long first = direct.roundUp(offset);
      long last = direct.roundDown(offset + data.remaining());
      if (first < last) {
        int head = (int) (first - offset);
        int middle = (int) (last - first);
        buffered(offset, data.slice(data.position(), head));
        direct.write(first, data.slice(data.position() + head, middle));
        data.position(data.position() + head + middle);
        buffered(last, data);
        return;
      }
    }
    buffered(offset, data);
  }

  private void buffered(long offset, ByteBuffer data) throws IOException {
    long at = offset + (held == null ? 0 : held.take(offset, data));
    int end = data.limit();
    moving.lock();
    try {
      while (data.position() < end) {
        // Linux takes two to four times as long for writes of 1 MiB as for four of these
        data.limit(Math.min(end, data.position() + BUFFER));
        at += file.write(data, at);
      }
    } finally {
      moving.unlock();
    }
    data.limit(end);
  }

  /** Reads bytes anywhere in what was written by {@link #writeAt}; past the end there are zeros. */
  public void readAt(long offset, ByteBuffer target) throws IOException {
    long at = base + offset;
    at += held == null ? 0 : held.give(at, target);
    while (target.hasRemaining()) {
      int n = read(target, at);
      if (n < 0) {
        while (target.hasRemaining()) {
          target.put((byte) 0);
        }
        return;
      }
      at += n;
    }
  }

  private int read(ByteBuffer target, long at) throws IOException {
    try {
      return file.read(target, at);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Reports whether {@link #transferAt} may be used: it goes through the page cache. */
  public boolean isTransferable() {
    return direct == null;
  }

  /** Copies what goes to the first bytes, which are kept; returns how many those are. */
  private long transferHeld(FileChannel source, long from, long count, long to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(count, held.room(base + to)));
    while (bytes.hasRemaining()) {
      if (source.read(bytes, from + bytes.position()) < 0) {
        throw new EOFException("unexpected end at offset " + (from + bytes.position()));
      }
    }
    return held.take(base + to, bytes.flip());
  }

  /**
   * Copies bytes from another file inside the kernel, which may share them instead. Its errors do
   * not say which of the two files failed, so that the rest is then read and written.
   *
   * @param source a channel that no other thread uses; its position changes
   * @throws NamedIOException when this file cannot be written
   * @throws IOException when the other one cannot be read, without its name
   */
  public void transferAt(FileChannel source, long from, long count, long to) throws IOException {
    long done = held == null ? 0 : transferHeld(source, from, count, to);
    source.position(from + done);
    moving.lock();
    try {
      while (done < count) {
        long n = file.transferFrom(source, base + to + done, count - done);
        if (n <= 0) {
          throw new EOFException("unexpected end at offset " + (from + done));
        }
        done += n;
      }
    } catch (EOFException e) {
      throw e;
    } catch (IOException e) {
      move(source, from + done, count - done, to + done);
    } finally {
      moving.unlock();
    }
  }

  private void move(FileChannel source, long from, long count, long to) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(BUFFER, count));
    for (long done = 0; done < count; done += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), count - done));
      if (source.read(chunk, from + done) < 0) {
        throw new EOFException("unexpected end at offset " + (from + done));
      }
      writeAt(to + done, chunk.flip());
    }
  }

  /**
   * Lets the file reach to the byte at an offset, whose place has to be written later. Where places
   * before that are then written, XFS does not set aside blocks after them, which stay in the
   * holes.
   */
  public void reach(long offset) throws IOException {
    lengthen(base + offset + 1);
  }

  private void drain() throws IOException {
    buffer.flip();
    long count = buffer.remaining();
    if (count > 0) {
      writeAt(start, buffer);
      start += count;
    }
    buffer.clear();
  }

  /** Writes what is in memory and gives the file its length, also when it ends with a hole. */
  @Override
  public void flush() throws IOException {
    drain();
    lengthen(base + start);
  }

  private void lengthen(long length) throws IOException {
    try {
      if (file.size() < length) {
        file.write(ByteBuffer.allocate(1), length - 1);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
    if (direct != null) {
      direct.close();
    }
  }
}
