package org.vmstate.writer.io;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.WritableByteChannel;

/**
 * A stand-in for a file, of which only the calls exist that {@link FileSink} makes: those that name
 * an offset. All others throw {@link UnsupportedOperationException}.
 */
public abstract class PositionalChannel extends FileChannel {
  /** For subclasses. */
  protected PositionalChannel() {}

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(ByteBuffer target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long read(ByteBuffer[] targets, int from, int count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer data) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] data, int from, int count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long position() {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel position(long offset) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long offset, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long offset, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long offset, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long offset, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
