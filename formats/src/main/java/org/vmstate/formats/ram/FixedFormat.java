package org.vmstate.formats.ram;

/** Constants of the layouts that keep pages at fixed offsets. */
public final class FixedFormat {
  /** Largest alignment of page areas that this program writes, in bytes. */
  public static final long MOST_ALIGN = 1L << 30;

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
    return (pages + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
  }

  /** Returns the length in bytes of a bitmap of 32-bit words, as a 32-bit host writes it. */
  public static long shortBitmapLength(long pages) {
    return (pages + Integer.SIZE - 1) / Integer.SIZE * Integer.BYTES;
  }

  /**
   * Returns the place of a block: its header, the bitmap after that, and the aligned pages.
   *
   * @throws ArithmeticException when the place is past 2^63
   */
  public static MappedBlock place(
      long version, long header, int headerLength, long pages, int pageSize, long alignment) {
    long bitmap = header + headerLength;
    long length = bitmapLength(pages);
    long area = Math.addExact(bitmap + length, alignment - 1) & -alignment;
    return new MappedBlock(version, pageSize, header, bitmap, length, area, BitmapOrder.LITTLE);
  }
}
