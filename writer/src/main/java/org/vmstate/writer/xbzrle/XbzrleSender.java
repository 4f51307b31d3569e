package org.vmstate.writer.xbzrle;

/**
 * Decides for each page whether it goes out whole, as a delta, or not at all, and counts as the
 * original does. A page that is sent again is first looked for by {@link #isKept}; when it was
 * found, its delta is made and {@link #encoded} decides. Source: QEMU 10.0 migration/ram.c; XBZRLE
 * v4 patch series (2011).
 */
public final class XbzrleSender {
  private final DeltaCodec codec;
  private final int pageSize;
  private final PageCache cache;
  private long lookups;
  private long misses;
  private long pages;
  private long overflow;
  private long bytes;

  /** How a page goes out. */
  public enum Outcome {
    /** As it is. */
    PAGE,
    /** As a delta. */
    DELTA,
    /** Not at all, the receiver has it. */
    NOTHING
  }

  /** Sends by the rules of a codec. */
  public XbzrleSender(DeltaCodec codec, long cacheBytes, int pageSize) {
    this.codec = codec;
    this.pageSize = pageSize;
    this.cache = codec.cache(cacheBytes, pageSize);
  }

  /** Takes a page of the first round, which goes out as it is. */
  public void first(long address, long generation) {
    if (codec.cachesFirstRound()) {
      cache.insert(address, generation);
    }
  }

  /** Puts a page into the cache, where it has room for it. */
  public void enter(long address, long generation) {
    cache.insert(address, generation);
  }

  /**
   * Looks for a page that is sent again; one that is not found goes out as it is.
   *
   * @param last true in the last stage, in which the cache is not changed any more
   */
  public boolean isKept(long address, long generation, boolean last) {
    if (last && !codec.encodesLastRound()) {
      return false;
    }
    lookups++;
    if (cache.find(address, generation)) {
      return true;
    }
    misses++;
    if (!last) {
      cache.insert(address, generation);
    }
    return false;
  }

  /**
   * Takes the length of the delta of a page that was found.
   *
   * @param length what {@link DeltaEncoder#encode} returned
   */
  public Outcome encoded(long address, int length, long generation, boolean last) {
    boolean tooLong = length < 0;
    pages += tooLong && !codec.countsOverflows() ? 0 : 1;
    if (tooLong) {
      overflow++;
      bytes += codec.countsOverflows() ? pageSize : 0;
    } else if (length > 0) {
      bytes += length + codec.header();
    }
    if (!last && length != 0) {
      cache.insert(address, generation);
    }
    if (tooLong) {
      return Outcome.PAGE;
    }
    return length == 0 ? Outcome.NOTHING : Outcome.DELTA;
  }

  /**
   * Accepts a page that goes out as a zero page.
   *
   * @param first true in the first round
   */
  public void zero(long address, long generation, boolean first) {
    if (!codec.cachesZeroPages()) {
      cache.remove(address);
    } else if (!first || codec.cachesFirstRound()) {
      cache.insert(address, generation);
    }
  }

  /** Returns what was counted so far. */
  public XbzrleStatistics statistics() {
    return new XbzrleStatistics(lookups, misses, pages, overflow, bytes);
  }
}
