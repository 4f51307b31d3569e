package org.vmstate.writer.xbzrle;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The cache of the 2011 proposal: a bounded number of pages, of which the one that was used least
 * recently makes room. Source: XBZRLE v4 patch series (2011).
 */
public final class LruCache implements PageCache {
  private final int capacity;
  private final LinkedHashMap<Long, byte[]> pages = new LinkedHashMap<>(16, 0.75f, true);

  /** Makes an empty cache of a number of bytes. */
  public LruCache(long bytes, int pageSize) {
    capacity = Math.toIntExact(bytes / pageSize);
    if (capacity == 0) {
      throw new IllegalArgumentException("a cache of " + bytes + " bytes holds no page");
    }
  }

  @Override
  public byte[] find(long address, long generation) {
    return pages.get(address);
  }

  @Override
  public boolean insert(long address, byte[] page, long generation) {
    byte[] place = pages.get(address);
    if (place == null) {
      place = pages.size() < capacity ? new byte[page.length] : removeEldest();
    }
    System.arraycopy(page, 0, place, 0, page.length);
    pages.put(address, place);
    return true;
  }

  private byte[] removeEldest() {
    Map.Entry<Long, byte[]> eldest = pages.pollFirstEntry();
    return eldest.getValue();
  }

  @Override
  public int capacity() {
    return capacity;
  }
}
