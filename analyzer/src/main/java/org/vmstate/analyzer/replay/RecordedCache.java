package org.vmstate.analyzer.replay;

import org.vmstate.writer.xbzrle.DirectMappedCache;

/**
 * The cache of a recording's own sender, followed by what the recording shows: a delta was made of
 * a page that was there, a whole page whose delta fits was not. Where a delta does not fit, the
 * cache says whether its page was there. Source: QEMU 10.0 migration/ram.c, page_cache.c.
 */
public final class RecordedCache {
  private final long bytes;
  private final DirectMappedCache cache;
  private long misses;
  private long overflow;
  private long contradictions;

  RecordedCache(long bytes, int pageSize) {
    this.bytes = bytes;
    this.cache = new DirectMappedCache(bytes, pageSize);
  }

  void zero(long address, long generation) {
    cache.insert(address, generation);
  }

  void delta(long address, long generation, boolean last) {
    if (!cache.find(address, generation)) {
      contradictions++;
    }
    if (!last) {
      cache.put(address, generation);
    }
  }

  void whole(long address, long generation, boolean last, boolean fits) {
    boolean kept = cache.find(address, generation);
    if (kept && !fits) {
      overflow++;
    } else {
      misses++;
    }
    if (kept && fits) {
      contradictions++;
      cache.remove(address);
    }
    if (!last) {
      cache.insert(address, generation);
    }
  }

  /** Returns its size in bytes. */
  public long cacheBytes() {
    return bytes;
  }

  /** Returns the pages that were not in it. */
  public long misses() {
    return misses;
  }

  /** Returns the pages that were in it and whose delta did not fit. */
  public long overflow() {
    return overflow;
  }

  /** Returns how often a cache of this size would not have done what the recording shows. */
  public long contradictions() {
    return contradictions;
  }
}
