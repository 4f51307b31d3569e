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

  private static final int VALUE_BITS = 14;
  private static final int VALUE_MASK = (1 << VALUE_BITS) - 1;

  private XbzrleDecoder() {}

  /**
   * Applies a delta.
   *
   * @param delta the encoded steps
   * @param page in: the earlier content, out: the new content; may be half changed after an error
   * @return what is wrong with the delta, if anything
   */
  public static Optional<String> apply(byte[] delta, byte[] page) {
    int stopped = decode(delta, page);
    return stopped < 0 ? Optional.empty() : Optional.of(problem(delta, stopped, page));
  }

  /** Returns -1, or where the step starts that cannot be applied. Small, so that it is inlined. */
  private static int decode(byte[] delta, byte[] page) {
    int end = delta.length;
    int in = 0;
    int out = 0;
    while (in < end) {
      int start = in;
      if (end - in < 2) {
        return start;
      }
      int run = delta[in++];
      if (run < 0) {
        int high = delta[in++];
        run = run & 0x7f | high << 7;
      }
      if (end - in < 2) {
        return start;
      }
      int count = delta[in++];
      if (count < 0) {
        int high = delta[in++];
        count = count & 0x7f | high << 7;
      }
      out += run;
      // a second byte above 127 has made its length negative
      if (run <= 0 && (run < 0 || start > 0)
          || count <= 0
          || count > page.length - out
          || count > end - in) {
        return start;
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
      } else {
        System.arraycopy(delta, in, page, out, count);
      }
      in += count;
      out += count;
    }
    return -1;
  }

  /** Returns run, count and how many bytes more than two they take; below 0 when malformed. */
  private static int lengths(byte[] delta, int start) {
    int in = start;
    int run = delta[in++];
    if (run < 0) {
      int high = delta[in++];
      if (high < 0) {
        return -1;
      }
      run = run & 0x7f | high << 7;
    }
    if (delta.length - in < 2) {
      return -1;
    }
    int count = delta[in++];
    if (count < 0) {
      int high = delta[in++];
      if (high < 0) {
        return -1;
      }
      count = count & 0x7f | high << 7;
    }
    return in - start - 2 << 2 * VALUE_BITS | count << VALUE_BITS | run;
  }

  /** Goes through the delta again up to the step that stopped the decoder, and says why it did. */
  private static String problem(byte[] delta, int stopped, byte[] page) {
    int in = 0;
    int out = 0;
    while (in < stopped) {
      int lengths = lengths(delta, in);
      int count = lengths >>> VALUE_BITS & VALUE_MASK;
      out += (lengths & VALUE_MASK) + count;
      in += 2 + (lengths >>> 2 * VALUE_BITS) + count;
    }
    if (delta.length - in < 2) {
      return "a step needs two bytes, found the end";
    }
    if (delta[in] < 0 && delta[in + 1] < 0) {
      return "a run length takes at most two bytes";
    }
    int run = delta[in] < 0 ? delta[in] & 0x7f | delta[in + 1] << 7 : delta[in];
    if (run == 0 && in > 0) {
      return "only the first step may leave no byte unchanged";
    }
    if (run > page.length - out) {
      return "an unchanged run passes the end of the page";
    }
    in += delta[in] < 0 ? 2 : 1;
    if (delta.length - in < 2) {
      return "a step lacks its new bytes";
    }
    if (delta[in] < 0 && delta[in + 1] < 0) {
      return "a run length takes at most two bytes";
    }
    int count = delta[in] < 0 ? delta[in] & 0x7f | delta[in + 1] << 7 : delta[in];
    if (count == 0) {
      return "a step brings no new byte";
    }
    return count > page.length - out - run
        ? "new bytes pass the end of the page"
        : "new bytes pass the end of the delta";
  }
}
