package org.vmstate.parser.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.rule.Reason;

/** Bytes in memory. */
public final class HeapSource extends ByteSource {
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
  public boolean isSeekable() {
    return true;
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
    if (offset < origin || offset > length()) {
      throw malformed(
          Reason.OFFSET_OUTSIDE, "offset: expected one inside the file, found " + offset, offset);
    }
    window.position((int) (offset - origin));
  }

  @Override
  protected boolean fill(int count) {
    return false;
  }

  @Override
  public void copy(long offset, ByteBuffer target) throws IOException {
    if (offset < origin || target.remaining() > length() - offset) {
      throw new TruncatedDataException(
          Reason.DATA_ENDS,
          "data: expected " + target.remaining() + " bytes, found the end",
          offset,
          path().toString());
    }
    target.put(window.slice((int) (offset - origin), target.remaining()));
  }

  @Override
  public ByteSource seekable() {
    return this;
  }
}
