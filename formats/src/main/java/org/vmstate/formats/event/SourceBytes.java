package org.vmstate.formats.event;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes to which the offsets of events and page runs refer. */
public interface SourceBytes {
  /**
   * Copies bytes from an offset until the buffer is full. Unless {@link #isSeekable}, only those of
   * the event of the moment are there, and only when the sink wants them.
   */
  void copy(long offset, ByteBuffer target) throws IOException;

  /** Copies a number of pieces of a size, which stand in steps of a stride. */
  default void copySeries(long offset, int size, long stride, long count, ByteBuffer target)
      throws IOException {
    for (long i = 0; i < count; i++) {
      target.limit(target.position() + size);
      copy(offset + i * stride, target);
    }
  }

  /** Reports whether all bytes can be copied at any time, by any thread. */
  default boolean isSeekable() {
    return false;
  }

  /** Returns the lowest offset to which {@link #copy} reaches. */
  default long origin() {
    return 0;
  }

  /** Returns the offset after the last byte, or -1 while it is not known. */
  default long length() {
    return -1;
  }

  /** Returns where in the structure the pass is, for messages. */
  default String place() {
    return "";
  }

  /** Returns bytes as content, the first of them at offset 0. */
  static SourceBytes of(byte[] bytes) {
    return new Bytes(bytes);
  }

  /** Returns this content with other bytes from an offset on. */
  default SourceBytes with(long offset, byte[] bytes) {
    return new Patched(this, offset, bytes);
  }

  /** Content of which a part is another. */
  record Patched(SourceBytes base, long start, byte[] bytes) implements SourceBytes {
    @Override
    public void copy(long offset, ByteBuffer target) throws IOException {
      int at = target.position();
      int length = target.remaining();
      base.copy(offset, target);
      long from = Math.max(start, offset);
      long to = Math.min(start + bytes.length, offset + length);
      if (from < to) {
        target.put(at + (int) (from - offset), bytes, (int) (from - start), (int) (to - from));
      }
    }

    @Override
    public boolean isSeekable() {
      return base.isSeekable();
    }

    @Override
    public long origin() {
      return base.origin();
    }

    @Override
    public long length() {
      return base.length();
    }

    @Override
    public String place() {
      return base.place();
    }
  }

  /** Content in memory. */
  record Bytes(byte[] bytes) implements SourceBytes {
    @Override
    public void copy(long offset, ByteBuffer target) {
      target.put(bytes, (int) offset, target.remaining());
    }

    @Override
    public boolean isSeekable() {
      return true;
    }

    @Override
    public long length() {
      return bytes.length;
    }
  }
}
