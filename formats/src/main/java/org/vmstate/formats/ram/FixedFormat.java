package org.vmstate.formats.ram;

/** Constants of the layouts that keep pages at fixed offsets. */
public final class FixedFormat {
  /** Version of the mapped-ram block header. */
  public static final int VERSION = 1;

  /** Length in bytes of the mapped-ram block header. */
  public static final int HEADER_LENGTH = 28;

  /** Length in bytes of the block header of the 2022 proposal. */
  public static final int HEADER_LENGTH_2022 = 12;

  /** Alignment in bytes of the page areas that QEMU writes. */
  public static final int ALIGNMENT = 1 << 20;

  private FixedFormat() {}

  /** Returns the length in bytes of a bitmap of 64-bit words for a number of pages. */
  public static long bitmapLength(long pages) {
    return (pages + 63) / 64 * 8;
  }
}
