package org.vmstate.writer.xbzrle;

import java.nio.ByteOrder;
import org.vmstate.formats.ram.XbzrleFormat;

/**
 * The sender of 2011, little-endian: pages enter its cache from the first round on, deltas are made
 * only while the guest runs. The original left a page in its cache that was then sent as zeros, and
 * sent wrong deltas afterwards, which was mended in 2014; here it leaves the cache. Source: XBZRLE
 * v4 patch series (2011).
 */
public final class Codec2011 implements DeltaCodec {
  /** The sender counts the header as it lies in its memory. */
  private static final int HEADER = 12;

  /** Is also made by a call. */
  public Codec2011() {}

  @Override
  public String name() {
    return "2011";
  }

  @Override
  public DeltaEncoder encoder(int pageSize) {
    return (before, after, delta) ->
        Xbzrle2011Encoder.encode(before, after, ByteOrder.LITTLE_ENDIAN, delta);
  }

  @Override
  public int header() {
    return HEADER;
  }

  @Override
  public int sentHeader() {
    return XbzrleFormat.HEAD_2011;
  }

  @Override
  public PageCache cache(long bytes, int pageSize) {
    return new LruCache(bytes, pageSize);
  }

  @Override
  public boolean cachesFirstRound() {
    return true;
  }

  @Override
  public boolean encodesLastRound() {
    return false;
  }

  @Override
  public boolean cachesZeroPages() {
    return false;
  }

  @Override
  public boolean countsOverflows() {
    return false;
  }
}
