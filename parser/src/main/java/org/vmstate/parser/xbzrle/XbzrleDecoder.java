package org.vmstate.parser.xbzrle;

import java.util.Optional;

/**
 * Today's XBZRLE: steps of (ULEB128 unchanged bytes, ULEB128 new bytes, the new bytes), where only
 * the first step may have no unchanged bytes. An unchanged tail is not coded. Source: QEMU 10.0
 * migration/xbzrle.c.
 */
public final class XbzrleDecoder {
  /** Below this many bytes a loop is faster than a call. */
  private static final int SHORT_COPY = 8;

  private static final int WIDTH_SHIFT = 14;
  private static final int VALUE_MASK = (1 << WIDTH_SHIFT) - 1;

  private XbzrleDecoder() {}

  /**
   * Applies a delta.
   *
   * @param delta the encoded steps
   * @param page in: the earlier content, out: the new content; may be half changed after an error
   * @return what is wrong with the delta, if anything
   */
  public static Optional<String> apply(byte[] delta, byte[] page) {
    int end = delta.length;
    int in = 0;
    int out = 0;
    while (in < end) {
      boolean first = in == 0;
      if (end - in < 2) {
        return Optional.of("a step needs two bytes, found the end");
      }
      int run = delta[in];
      int count = delta[in + 1];
      if ((run | count) >= 0) {
        in += 2;
      } else {
        int head = uleb(delta, in);
        if (head < 0) {
          return Optional.of("a run length takes at most two bytes");
        }
        in += head >>> WIDTH_SHIFT;
        run = head & VALUE_MASK;
        if (end - in < 2) {
          return Optional.of("a step lacks its new bytes");
        }
        head = uleb(delta, in);
        if (head < 0) {
          return Optional.of("a run length takes at most two bytes");
        }
        in += head >>> WIDTH_SHIFT;
        count = head & VALUE_MASK;
      }
      if (run == 0 && !first) {
        return Optional.of("only the first step may leave no byte unchanged");
      }
      out += run;
      if (count > page.length - out) {
        return Optional.of(
            out > page.length
                ? "an unchanged run passes the end of the page"
                : "new bytes pass the end of the page");
      }
      if (count == 0) {
        return Optional.of("a step brings no new byte");
      }
      if (count > end - in) {
        return Optional.of(
            in == end ? "a step lacks its new bytes" : "new bytes pass the end of the delta");
      }
      if (count < SHORT_COPY) {
        // mostly one byte, for which neither a call nor a loop pays
        page[out] = delta[in];
        if (count > 1) {
          page[out + 1] = delta[in + 1];
          for (int i = 2; i < count; i++) {
            page[out + i] = delta[in + i];
          }
        }
        in += count;
        out += count;
      } else {
        System.arraycopy(delta, in, page, out, count);
        in += count;
        out += count;
      }
    }
    return Optional.empty();
  }

  /**
   * Returns a run length and, above it, how many bytes it takes; below 0 when it takes too many.
   */
  private static int uleb(byte[] data, int at) {
    int low = data[at];
    if (low >= 0) {
      return 1 << WIDTH_SHIFT | low;
    }
    int high = data[at + 1];
    return high < 0 ? -1 : 2 << WIDTH_SHIFT | low & 0x7f | high << 7;
  }
}
