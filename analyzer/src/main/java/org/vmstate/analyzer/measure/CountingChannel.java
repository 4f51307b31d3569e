package org.vmstate.analyzer.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import org.vmstate.writer.io.PositionalChannel;

/**
 * A file that is not there: it takes what is written, remembers which blocks that were, and forgets
 * the bytes. Read back it holds zeros; a page to which a delta is applied so becomes another page,
 * but takes the same blocks.
 */
final class CountingChannel extends PositionalChannel {
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

  /** Only the length changes: what is cut off is written again. */
  @Override
  public synchronized FileChannel truncate(long length) {
    size = Math.min(size, length);
    return this;
  }

  @Override
  public synchronized long size() {
    return size;
  }

  @Override
  public void force(boolean metaData) {}

  @Override
  protected void implCloseChannel() {}
}
