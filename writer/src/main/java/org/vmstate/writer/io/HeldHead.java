package org.vmstate.writer.io;

import java.nio.ByteBuffer;

/** The first bytes of an output that are kept until everything else is written. Thread-safe. */
final class HeldHead {
  static final int LENGTH = 4096;

  private final long start;
  private final byte[] bytes = new byte[LENGTH];

  /**
   * Keeps nothing so far.
   *
   * @param start offset of the first byte in the file
   */
  HeldHead(long start) {
    this.start = start;
  }

  /** Returns how many bytes from an offset on are kept here. */
  long room(long offset) {
    return offset < start ? 0 : Math.max(0, start + LENGTH - offset);
  }

  /** Takes those bytes from the front of a buffer that belong here; returns their number. */
  synchronized int take(long offset, ByteBuffer data) {
    int count = (int) Math.min(room(offset), data.remaining());
    if (count > 0) {
      data.get(bytes, (int) (offset - start), count);
    }
    return count;
  }

  /** Puts those bytes into a buffer that are kept here; returns their number. */
  synchronized int give(long offset, ByteBuffer target) {
    int count = (int) Math.min(room(offset), target.remaining());
    if (count > 0) {
      target.put(bytes, (int) (offset - start), count);
    }
    return count;
  }
}
