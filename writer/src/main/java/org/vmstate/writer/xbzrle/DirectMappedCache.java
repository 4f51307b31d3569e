package org.vmstate.writer.xbzrle;

/**
 * Today's cache: each address has one slot, which a younger page keeps for two generations. Source:
 * QEMU 10.0 migration/page_cache.c.
 */
public final class DirectMappedCache implements PageCache {
  private static final int GENERATIONS_KEPT = 2;

  private final int pageSize;
  private final byte[][] pages;
  private final long[] addresses;
  private final long[] ages;

  /**
   * Makes an empty cache.
   *
   * @param bytes size, rounded down to a power of two of pages
   */
  public DirectMappedCache(long bytes, int pageSize) {
    int slots = Math.toIntExact(Math.min(1 << 30, Long.highestOneBit(bytes / pageSize)));
    if (slots == 0) {
      throw new IllegalArgumentException("a cache of " + bytes + " bytes holds no page");
    }
    this.pageSize = pageSize;
    this.pages = new byte[slots][];
    this.addresses = new long[slots];
    this.ages = new long[slots];
  }

  private int slot(long address) {
    return (int) (address / pageSize & pages.length - 1);
  }

  @Override
  public byte[] find(long address, long generation) {
    int slot = slot(address);
    if (pages[slot] == null || addresses[slot] != address) {
      return null;
    }
    ages[slot] = generation;
    return pages[slot];
  }

  @Override
  public boolean insert(long address, byte[] page, long generation) {
    int slot = slot(address);
    boolean other = pages[slot] != null && addresses[slot] != address;
    if (other && ages[slot] + GENERATIONS_KEPT > generation) {
      return false;
    }
    if (pages[slot] == null) {
      pages[slot] = new byte[pageSize];
    }
    System.arraycopy(page, 0, pages[slot], 0, pageSize);
    addresses[slot] = address;
    ages[slot] = generation;
    return true;
  }

  @Override
  public int capacity() {
    return pages.length;
  }
}
