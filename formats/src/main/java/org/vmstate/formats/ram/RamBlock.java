package org.vmstate.formats.ram;

import java.util.Optional;

/**
 * An entry of the RAM block list.
 *
 * @param index position in the list, from 0
 * @param name the RAMBlock's idstr, each char one byte
 * @param usedLength length in bytes
 * @param pageSize target page size in bytes
 * @param hostPageSize page size of the memory of the block, 0 when not sent
 * @param address guest-physical address, -1 when not sent
 * @param mapped place of the pages in a fixed layout
 */
public record RamBlock(
    int index,
    String name,
    long usedLength,
    int pageSize,
    long hostPageSize,
    long address,
    Optional<MappedBlock> mapped) {

  /** Returns the number of target pages; a part of a page at the end counts. */
  public long pages() {
    return (usedLength + pageSize - 1) / pageSize;
  }

  /** Returns this block at another place, or at none. */
  public RamBlock withMapped(Optional<MappedBlock> place) {
    return new RamBlock(index, name, usedLength, pageSize, hostPageSize, address, place);
  }

  /** Returns this block without what only some capabilities bring: host page size and address. */
  public RamBlock plain() {
    return new RamBlock(index, name, usedLength, pageSize, 0, -1, Optional.empty());
  }
}
