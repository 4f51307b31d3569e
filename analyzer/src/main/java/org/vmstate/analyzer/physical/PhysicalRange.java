package org.vmstate.analyzer.physical;

import org.vmstate.formats.ram.RamBlock;

/**
 * A part of a RAM block and its guest-physical address.
 *
 * @param start first address
 * @param length bytes
 * @param block the block
 * @param offset offset of the first byte in the block
 * @param rom whether it is firmware, which no memory of the guest is
 */
public record PhysicalRange(long start, long length, RamBlock block, long offset, boolean rom) {
  /** Returns the address after the last byte. */
  public long end() {
    return start + length;
  }

  /** Returns the part between two addresses inside of this one. */
  PhysicalRange part(long from, long to) {
    return new PhysicalRange(from, to - from, block, offset + from - start, rom);
  }
}
