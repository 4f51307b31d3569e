package org.vmstate.analyzer.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A file that is not there: it takes what is written, remembers which blocks that were, and forgets
 * the bytes. Read back it holds zeros; a page to which a delta is applied so becomes another page,
 * but takes the same blocks.
 */
final class CountingChannel extends FileChannel {
  private final BlockMap blocks = new BlockMap();
  private long size;

  BlockMap blocks() {
    return blocks;
  }

  private synchronized void grow(long offset, long length) {
    size = Math.max(size, offset + length);
    blocks.written(offset, length);
  }

  @Override
  public int write(ByteBuffer data, long offset) {
    int count = data.remaining();
    grow(offset, count);
    data.position(data.limit());
    return count;
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long offset, long count) throws IOException {
    long given = count;
    if (source instanceof FileChannel file) {
      // as a copy would, this ends where the file ends
      given = Math.min(count, file.size() - file.position());
      if (given > 0) {
        file.position(file.position() + given);
        grow(offset, given);
      }
    }
    return given;
  }

  @Override
  public int read(ByteBuffer target, long offset) {
    long left = size() - offset;
    if (left <= 0) {
      return -1;
    }
    int count = (int) Math.min(left, target.remaining());
    target.put(new byte[count]);
    return count;
  }

  @Override
  public synchronized long size() {
    return size;
  }

  @Override
  public void force(boolean metaData) {}

  @Override
  protected void implCloseChannel() {}

  @Override
  public FileChannel truncate(long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(ByteBuffer target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long position() {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel position(long newPosition) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long length, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long position, long length, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
