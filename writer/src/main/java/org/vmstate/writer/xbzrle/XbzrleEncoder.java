package org.vmstate.writer.xbzrle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Today's XBZRLE: steps of (ULEB128 unchanged bytes, ULEB128 new bytes, the new bytes), without an
 * unchanged tail. The same input always gives the bytes that QEMU's encoder gives. Source: QEMU
 * 10.0 migration/xbzrle.c.
 */
public final class XbzrleEncoder {
  /** Result for a page whose delta would not be shorter than the page. */
  public static final int OVERFLOW = -1;

  /** Longest page in bytes, because a run length takes at most two bytes. */
  public static final int MAX_PAGE = 0x2000;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;

  /** Words compared one by one before the comparison of long runs pays. */
  private static final int SHORT_WORDS = 24;

  private XbzrleEncoder() {}

  /**
   * Encodes what changed.
   *
   * @param before earlier content
   * @param after new content, of the same length, at most {@link #MAX_PAGE}
   * @param delta takes the result; its length is the limit, as a rule that of a page
   * @return length of the delta, 0 when nothing changed, or {@link #OVERFLOW}
   */
  public static int encode(byte[] before, byte[] after, byte[] delta) {
    int length = after.length;
    if (length > MAX_PAGE) {
      throw new IllegalArgumentException("page of " + length + " bytes");
    }
    int limit = delta.length;
    int in = 0;
    int out = 0;
    while (in < length) {
      if (out + 2 > limit) {
        return OVERFLOW;
      }
      int changed = firstChanged(before, after, in, length);
      if (changed == length) {
        return out;
      }
      out = uleb(delta, out, changed - in);
      if (out + 2 > limit) {
        return OVERFLOW;
      }
      in = firstSame(before, after, changed, length);
      int count = in - changed;
      out = uleb(delta, out, count);
      if (out + count > limit) {
        return OVERFLOW;
      }
      copy(after, changed, delta, out, count);
      out += count;
    }
    return out;
  }

  private static int firstChanged(byte[] before, byte[] after, int from, int length) {
    int at = from;
    for (int i = 0; i < SHORT_WORDS && at + Long.BYTES <= length; i++) {
      long difference = (long) LONG.get(before, at) ^ (long) LONG.get(after, at);
      if (difference != 0) {
        return at + (Long.numberOfTrailingZeros(difference) >>> 3);
      }
      at += Long.BYTES;
    }
    int found = Arrays.mismatch(before, at, length, after, at, length);
    return found < 0 ? length : at + found;
  }

  private static int firstSame(byte[] before, byte[] after, int from, int length) {
    int at = from;
    while (at + Long.BYTES <= length) {
      long difference = (long) LONG.get(before, at) ^ (long) LONG.get(after, at);
      // marks the lowest zero byte of the difference, and perhaps others above it
      long zeros = difference - ONES & ~difference & HIGH;
      if (zeros != 0) {
        return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
      }
      at += Long.BYTES;
    }
    while (at < length && before[at] != after[at]) {
      at++;
    }
    return at;
  }

  private static int uleb(byte[] target, int at, int value) {
    if (value < 0x80) {
      target[at] = (byte) value;
      return at + 1;
    }
    target[at] = (byte) (value | 0x80);
    target[at + 1] = (byte) (value >>> 7);
    return at + 2;
  }

  private static void copy(byte[] from, int start, byte[] to, int at, int count) {
    if (count < Long.BYTES) {
      // mostly one byte, for which neither a call nor a loop pays
      to[at] = from[start];
      if (count > 1) {
        to[at + 1] = from[start + 1];
        for (int i = 2; i < count; i++) {
          to[at + i] = from[start + i];
        }
      }
    } else {
      System.arraycopy(from, start, to, at, count);
    }
  }
}
