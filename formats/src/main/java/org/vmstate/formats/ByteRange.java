package org.vmstate.formats;

/**
 * A half-open range of file offsets in bytes.
 *
 * @param start offset of the first byte
 * @param end offset after the last byte, not below {@code start}
 */
public record ByteRange(long start, long end) {

  /** Rejects a range that ends before it starts. */
  public ByteRange {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("range " + start + " to " + end);
    }
  }

  /** Returns the length in bytes. */
  public long length() {
    return end - start;
  }
}
