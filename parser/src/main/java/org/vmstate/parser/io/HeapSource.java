package org.vmstate.parser.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes in memory. */
public final class HeapSource extends SeekableSource {
  private final long origin;

  /**
   * Wraps an array.
   *
   * @param bytes the bytes
   * @param origin offset of the first one
   */
  public HeapSource(byte[] bytes, long origin, StructurePath path) {
    super(path);
    this.origin = origin;
    this.window = ByteBuffer.wrap(bytes);
    this.windowStart = origin;
  }

  @Override
  public long origin() {
    return origin;
  }

  @Override
  public long length() {
    return origin + window.limit();
  }

  @Override
  public void seek(long offset) throws IOException {
    requireInside(offset);
    window.position((int) (offset - origin));
  }

  @Override
  protected boolean fill(int count) {
    return false;
  }

  @Override
  public void copy(long offset, ByteBuffer target) throws IOException {
    requireBytes(offset, target);
    target.put(window.slice((int) (offset - origin), target.remaining()));
  }
}
