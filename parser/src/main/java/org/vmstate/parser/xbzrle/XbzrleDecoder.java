package org.vmstate.parser.xbzrle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Today's XBZRLE: steps of (ULEB128 unchanged bytes, ULEB128 new bytes, the new bytes), where only
 * the first step may have no unchanged bytes. An unchanged tail is not coded. Source: QEMU 10.0
 * migration/xbzrle.c.
 */
public final class XbzrleDecoder {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * Deltas of so many bytes change words again that were just stored; a processor waits less when
   * it can load the unchanged bytes from elsewhere.
   */
  private static final int DENSE = 512;

  private XbzrleDecoder() {}

  /**
   * Applies a delta.
   *
   * @param delta the encoded steps
   * @param page in: the earlier content, out: the new content; may be half changed after an error
   * @return what is wrong with the delta, if anything
   */
  public static Optional<String> apply(byte[] delta, byte[] page) {
    int stopped =
        delta.length < DENSE ? decode(delta, page, page) : decode(delta, page.clone(), page);
    return stopped < 0 ? Optional.empty() : Optional.of(problem(delta, stopped, page));
  }

  /**
   * Small, so that it is inlined.
   *
   * @param old the page, or a copy of it from which the unchanged bytes of changed words come
   * @return -1, or where the step starts that cannot be applied
   */
  private static int decode(byte[] delta, byte[] old, byte[] page) {
    int end = delta.length;
    int in = 0;
    int out = 0;
    while (in < end) {
      int start = in;
      if (end - in < 3) {
        return start;
      }
      int run = delta[in];
      int count = delta[in + 1];
      in += 2;
      if (run < 0) {
        run = run & 0x7f | count << 7;
        count = delta[in++];
      }
      out += run;
      // a second byte above 127 has made its length negative
      if (count == 1 && run > 0 && old == page) {
        if (out >= page.length || in >= end) {
          return start;
        }
        page[out++] = delta[in++];
        continue;
      }
      if (count < 0) {
        if (in >= end) {
          return start;
        }
        count = count & 0x7f | delta[in++] << 7;
      }
      if (run <= 0 && (run < 0 || start > 0)
          || count <= 0
          || count > page.length - out
          || count > end - in) {
        return start;
      }
      if (count < Long.BYTES && out + Long.BYTES <= page.length && in + Long.BYTES <= end) {
        // neither a call nor a guess how many: the word, with the other bytes as they were
        long keep = -1L << (count << 3);
        LONG.set(page, out, (long) LONG.get(delta, in) & ~keep | (long) LONG.get(old, out) & keep);
      } else {
        System.arraycopy(delta, in, page, out, count);
      }
      in += count;
      out += count;
    }
    return -1;
  }

  /** Goes through the delta again up to the step that stopped the decoder, and says why it did. */
  private static String problem(byte[] delta, int stopped, byte[] page) {
    int in = 0;
    int out = 0;
    while (in < stopped) {
      int unchanged = number(delta, in);
      in += width(delta, in);
      int changed = number(delta, in);
      in += width(delta, in) + changed;
      out += unchanged + changed;
    }
    if (delta.length - in < 2) {
      return "a step needs two bytes, found the end";
    }
    int run = number(delta, in);
    if (run < 0) {
      return "a run length takes at most two bytes";
    }
    if (run == 0 && in > 0) {
      return "only the first step may leave no byte unchanged";
    }
    if (run > page.length - out) {
      return "an unchanged run passes the end of the page";
    }
    in += width(delta, in);
    if (delta.length - in < 2) {
      return "a step lacks its new bytes";
    }
    int count = number(delta, in);
    if (count < 0) {
      return "a run length takes at most two bytes";
    }
    if (count == 0) {
      return "a step brings no new byte";
    }
    return count > page.length - out - run
        ? "new bytes pass the end of the page"
        : "new bytes pass the end of the delta";
  }

  /** Returns the number at a place; below 0 when it takes more than two bytes. */
  private static int number(byte[] delta, int at) {
    return delta[at] < 0 ? delta[at] & 0x7f | delta[at + 1] << 7 : delta[at];
  }

  private static int width(byte[] delta, int at) {
    return delta[at] < 0 ? 2 : 1;
  }
}
