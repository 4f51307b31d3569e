package org.vmstate.writer.xbzrle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The XBZRLE of the 2011 proposal: 64-bit XOR words, zero runs as a zero word and a count. A run
 * stands in front of the first literal even when it is empty, and a last run is written. Source:
 * XBZRLE v4 patch series (2011).
 */
public final class Xbzrle2011Encoder {
  /** Result for a page whose delta would be longer than the page. */
  public static final int OVERFLOW = -1;

  private Xbzrle2011Encoder() {}

  /**
   * Encodes what changed; an unchanged page is one run.
   *
   * @param before earlier content, a multiple of 8 bytes
   * @param after new content
   * @param order byte order of the sender
   * @param delta takes the result; its length is the limit
   * @return length of the delta, or {@link #OVERFLOW}
   */
  public static int encode(byte[] before, byte[] after, ByteOrder order, byte[] delta) {
    ByteBuffer old = ByteBuffer.wrap(before).order(order);
    ByteBuffer now = ByteBuffer.wrap(after).order(order);
    ByteBuffer out = ByteBuffer.wrap(delta).order(order);
    int at = 0;
    while (at < after.length) {
      int start = at;
      while (at < after.length && old.getLong(at) == now.getLong(at)) {
        at += Long.BYTES;
      }
      if (out.remaining() < 2 * Long.BYTES) {
        return OVERFLOW;
      }
      out.putLong(0).putLong((at - start) / Long.BYTES);
      while (at < after.length && old.getLong(at) != now.getLong(at)) {
        if (out.remaining() < Long.BYTES) {
          return OVERFLOW;
        }
        out.putLong(old.getLong(at) ^ now.getLong(at));
        at += Long.BYTES;
      }
    }
    return out.position();
  }
}
