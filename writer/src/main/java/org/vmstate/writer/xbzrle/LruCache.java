package org.vmstate.writer.xbzrle;

import java.util.LinkedHashMap;

/**
 * The cache of the 2011 proposal: a bounded number of pages, of which the one that was inserted
 * least recently makes room; looking for a page does not make it younger. Source: XBZRLE v4 patch
 * series (2011).
 */
public final class LruCache implements PageCache {
  private static final int MOST_PAGES = 1 << 20;

  private final int capacity;
  private final LinkedHashMap<Long, Boolean> pages = new LinkedHashMap<>();

  /** Makes an empty cache of a number of bytes; of 2^20 pages at most. */
  public LruCache(long bytes, int pageSize) {
    capacity = (int) Math.min(MOST_PAGES, bytes / pageSize);
    if (capacity == 0) {
      throw new IllegalArgumentException("a cache of " + bytes + " bytes holds no page");
    }
  }

  @Override
  public boolean find(long address, long generation) {
    return pages.containsKey(address);
  }

  @Override
  public boolean insert(long address, long generation) {
    if (pages.remove(address) == null && pages.size() == capacity) {
      pages.pollFirstEntry();
    }
    pages.put(address, true);
    return true;
  }

  @Override
  public void remove(long address) {
    pages.remove(address);
  }

  @Override
  public int capacity() {
    return capacity;
  }
}
