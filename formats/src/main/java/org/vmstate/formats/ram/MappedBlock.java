package org.vmstate.formats.ram;

/**
 * Where a fixed layout keeps a block. Offsets count from the start of the outermost file.
 *
 * @param version header version, 1 for mapped-ram and 0 for the form of 2022
 * @param pageSize page size in bytes as the header has it
 * @param headerOffset file offset of the header
 * @param bitmapOffset file offset of the bitmap
 * @param bitmapLength length of the bitmap in bytes
 * @param pagesOffset file offset of page 0
 * @param order how the bitmap's bits lie in its bytes
 */
public record MappedBlock(
    long version,
    long pageSize,
    long headerOffset,
    long bitmapOffset,
    long bitmapLength,
    long pagesOffset,
    BitmapOrder order) {

  /** Returns this place with another bitmap where its bitmap is. */
  public MappedBlock withBitmap(long length, BitmapOrder bits) {
    return new MappedBlock(
        version, pageSize, headerOffset, bitmapOffset, length, pagesOffset, bits);
  }
}
