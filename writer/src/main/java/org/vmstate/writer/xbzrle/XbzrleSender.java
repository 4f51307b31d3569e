package org.vmstate.writer.xbzrle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Decides for each page whether it goes out whole, as a delta, or not at all, and keeps the cache
 * in step with what the receiver has. Source: QEMU 10.0 migration/ram.c.
 */
public final class XbzrleSender {
  private static final int HEADER = 3;
  private static final int HEADER_2011 = 9;

  private final PageCache cache;
  private final boolean form2011;
  private final byte[] delta;
  private long lookups;
  private long misses;
  private long pages;
  private long overflow;
  private long bytes;

  /** How a page goes out. */
  public enum Outcome {
    /** As it is. */
    PAGE,
    /** As the delta that {@link #delta} returns. */
    DELTA,
    /** Not at all, the receiver has it. */
    NOTHING
  }

  private int deltaLength;

  /** Sends with a cache, in today's form or that of 2011 from a little-endian sender. */
  public XbzrleSender(PageCache cache, int pageSize, boolean form2011) {
    this.cache = cache;
    this.form2011 = form2011;
    this.delta = new byte[pageSize];
  }

  /**
   * Takes a page that is to be sent after the first sweep.
   *
   * @param last true in the last stage, in which the cache is not changed any more
   */
  public Outcome send(long address, byte[] page, long generation, boolean last) {
    lookups++;
    byte[] before = cache.find(address, generation);
    if (before == null) {
      misses++;
      if (!last) {
        cache.insert(address, page, generation);
      }
      return Outcome.PAGE;
    }
    pages++;
    deltaLength =
        form2011
            ? Xbzrle2011Encoder.encode(before, page, ByteOrder.LITTLE_ENDIAN, delta)
            : XbzrleEncoder.encode(before, page, delta);
    boolean tooLong = deltaLength < 0;
    if (tooLong) {
      overflow++;
      bytes += page.length;
    } else if (deltaLength > 0) {
      bytes += deltaLength + (form2011 ? HEADER_2011 : HEADER);
    }
    if (!last && deltaLength != 0) {
      cache.insert(address, page, generation);
    }
    if (tooLong) {
      return Outcome.PAGE;
    }
    return deltaLength == 0 ? Outcome.NOTHING : Outcome.DELTA;
  }

  /** Takes a page that goes out as a zero page. */
  public void sendZero(long address, byte[] zeros, long generation) {
    cache.insert(address, zeros, generation);
  }

  /** Returns the delta of the last page that was one. */
  public ByteBuffer delta() {
    return ByteBuffer.wrap(delta, 0, deltaLength);
  }

  /** Returns what was counted so far. */
  public XbzrleStatistics statistics() {
    return new XbzrleStatistics(lookups, misses, pages, overflow, bytes);
  }
}
