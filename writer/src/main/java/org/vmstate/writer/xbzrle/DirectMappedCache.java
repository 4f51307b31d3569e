package org.vmstate.writer.xbzrle;

import java.util.Arrays;

/**
 * Today's cache: each address has one slot, which a younger page keeps for two generations. Source:
 * QEMU 10.0 migration/page_cache.c.
 */
public final class DirectMappedCache implements PageCache {
  private static final int GENERATIONS_KEPT = 2;
  private static final long EMPTY = -1;
  private static final int MOST_SLOTS = 1 << 22;

  private final int pageSize;
  private final long[] addresses;
  private final int[] ages;

  /**
   * Makes an empty cache.
   *
   * @param bytes size, rounded down to a power of two of pages, of which there are at most 2^22
   */
  public DirectMappedCache(long bytes, int pageSize) {
    int slots = Math.toIntExact(Math.min(MOST_SLOTS, Long.highestOneBit(bytes / pageSize)));
    if (slots == 0) {
      throw new IllegalArgumentException("a cache of " + bytes + " bytes holds no page");
    }
    this.pageSize = pageSize;
    this.addresses = new long[slots];
    this.ages = new int[slots];
    Arrays.fill(addresses, EMPTY);
  }

  private int slot(long address) {
    return (int) (address / pageSize & addresses.length - 1);
  }

  @Override
  public boolean find(long address, long generation) {
    int slot = slot(address);
    if (addresses[slot] != address) {
      return false;
    }
    ages[slot] = (int) generation;
    return true;
  }

  @Override
  public boolean insert(long address, long generation) {
    int slot = slot(address);
    boolean other = addresses[slot] != EMPTY && addresses[slot] != address;
    if (other && (long) ages[slot] + GENERATIONS_KEPT > generation) {
      return false;
    }
    put(address, generation);
    return true;
  }

  /** Puts a page into its slot, whatever is there. */
  public void put(long address, long generation) {
    int slot = slot(address);
    addresses[slot] = address;
    ages[slot] = (int) generation;
  }

  @Override
  public void remove(long address) {
    int slot = slot(address);
    if (addresses[slot] == address) {
      addresses[slot] = EMPTY;
    }
  }

  @Override
  public int capacity() {
    return addresses.length;
  }
}
