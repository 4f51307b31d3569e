package org.vmstate.parser.xbzrle;

import java.util.Optional;

/**
 * Today's XBZRLE: steps of (ULEB128 unchanged bytes, ULEB128 new bytes, the new bytes), where only
 * the first step may have no unchanged bytes. An unchanged tail is not coded. Source: QEMU 10.0
 * migration/xbzrle.c.
 */
public final class XbzrleDecoder {
  private XbzrleDecoder() {}

  /**
   * Applies a delta.
   *
   * @param delta the encoded steps
   * @param page in: the earlier content, out: the new content; may be half changed after an error
   * @return what is wrong with the delta, if anything
   */
  public static Optional<String> apply(byte[] delta, byte[] page) {
    int in = 0;
    int out = 0;
    while (in < delta.length) {
      boolean first = in == 0;
      if (delta.length - in < 2) {
        return Optional.of("a step needs two bytes, found the end");
      }
      int run = uleb(delta, in);
      if (run < 0) {
        return Optional.of("a run length takes at most two bytes");
      }
      in += width(delta, in);
      if (run == 0 && !first) {
        return Optional.of("only the first step may leave no byte unchanged");
      }
      out += run;
      if (out > page.length) {
        return Optional.of("an unchanged run passes the end of the page");
      }
      if (delta.length - in < 2) {
        return Optional.of("a step lacks its new bytes");
      }
      int count = uleb(delta, in);
      if (count < 0) {
        return Optional.of("a run length takes at most two bytes");
      }
      in += width(delta, in);
      if (count == 0) {
        return Optional.of("a step brings no new byte");
      }
      if (count > page.length - out) {
        return Optional.of("new bytes pass the end of the page");
      }
      if (count > delta.length - in) {
        return Optional.of("new bytes pass the end of the delta");
      }
      System.arraycopy(delta, in, page, out, count);
      in += count;
      out += count;
    }
    return Optional.empty();
  }

  private static int uleb(byte[] data, int at) {
    int low = data[at] & 0xff;
    if (low < 0x80) {
      return low;
    }
    int high = data[at + 1] & 0xff;
    return high >= 0x80 ? -1 : (low & 0x7f) | high << 7;
  }

  private static int width(byte[] data, int at) {
    return data[at] < 0 ? 2 : 1;
  }
}
