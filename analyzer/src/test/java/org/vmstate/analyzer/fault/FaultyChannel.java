package org.vmstate.analyzer.fault;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file whose calls are counted and go wrong as {@link Fault} says. */
final class FaultyChannel extends FileChannel {
  private final FileChannel inner;

  FaultyChannel(FileChannel inner) {
    this.inner = inner;
  }

  /** A call of the file that moves bytes. */
  private interface Move {
    int run(ByteBuffer buffer) throws IOException;
  }

  private static int moved(Call call, ByteBuffer buffer, Move move) throws IOException {
    int limit = buffer.limit();
    int count = Fault.SYSTEM.of(call, buffer.remaining());
    if (count < 0) {
      return count;
    }
    buffer.limit(buffer.position() + count);
    try {
      return move.run(buffer);
    } finally {
      buffer.limit(limit);
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return moved(Call.READ, target, inner::read);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return moved(Call.READ_AT, target, buffer -> inner.read(buffer, position));
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Fault.SYSTEM.at(Call.READ, null);
    return inner.read(targets, offset, length);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return moved(Call.WRITE, source, inner::write);
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    return moved(Call.WRITE, source, buffer -> inner.write(buffer, position));
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Fault.SYSTEM.at(Call.WRITE, null);
    return inner.write(sources, offset, length);
  }

  @Override
  public long position() throws IOException {
    return inner.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    inner.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    Fault.SYSTEM.at(Call.STATUS, null);
    return inner.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    Fault.SYSTEM.at(Call.TRUNCATE, null);
    inner.truncate(size);
    return this;
  }

  @Override
  public void force(boolean all) throws IOException {
    // what has to be on disk is no question here, and waiting for it takes longer than all else
    Fault.SYSTEM.at(Call.FORCE, null);
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    Fault.SYSTEM.at(Call.READ, null);
    return inner.transferTo(
        position, allowed(count), target instanceof FaultyChannel faulty ? faulty.inner : target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count)
      throws IOException {
    Fault.SYSTEM.at(Call.READ, null);
    return inner.transferFrom(
        source instanceof FaultyChannel faulty ? faulty.inner : source, position, allowed(count));
  }

  private static long allowed(long count) throws IOException {
    return Fault.SYSTEM.of(Call.WRITE, (int) Math.min(count, Integer.MAX_VALUE));
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    Fault.SYSTEM.at(Call.MAP, null);
    return inner.map(mode, position, size);
  }

  @Override
  public MemorySegment map(MapMode mode, long position, long size, Arena arena) throws IOException {
    Fault.SYSTEM.at(Call.MAP, null);
    return inner.map(mode, position, size, arena);
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    Fault.SYSTEM.at(Call.LOCK, null);
    return inner.lock(position, size, shared);
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) throws IOException {
    Fault.SYSTEM.at(Call.LOCK, null);
    return inner.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    inner.close();
  }
}
