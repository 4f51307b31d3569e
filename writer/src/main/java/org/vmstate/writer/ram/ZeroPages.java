package org.vmstate.writer.ram;

import java.nio.ByteBuffer;

/** Tells zero pages from others; most others differ in their first word. */
public final class ZeroPages {
  private static final int CHUNK = 1 << 20;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(CHUNK).asReadOnlyBuffer();

  private ZeroPages() {}

  /** Reports whether bytes of a buffer, at most 1 MiB, are all zero. */
  public static boolean isZero(ByteBuffer data, int at, int length) {
    return (length < Long.BYTES || data.getLong(at) == 0)
        && data.slice(at, length).mismatch(zeros(length)) < 0;
  }

  /** Returns zero bytes, at most 1 MiB. */
  static ByteBuffer zeros(int length) {
    return ZEROS.duplicate().limit(length);
  }
}
