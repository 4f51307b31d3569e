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

  /** Multiplied with the flags in the highest bits of eight bytes, moves them to the top byte. */
  private static final long GATHER = 0x0002040810204081L;

  /** Bytes compared word by word before the comparison of long runs pays. */
  private static final int SHORT = 192;

  /** Steps looked at, and the bytes that they cover at most where changes are dense. */
  private static final int STEPS = 4;

  private static final int DENSE = STEPS * 128;

  /** Unchanged bytes after which changes are no longer dense. */
  private static final int SPARSE = 512;

  /** Bytes compared into one mask. */
  private static final int CHUNK = 32;

  private XbzrleEncoder() {}

  /**
   * Encodes what changed.
   *
   * @param before earlier content
   * @param after new content, of the same length, at most {@link #MAX_PAGE}
   * @param delta takes the result, and perhaps other bytes after it; its length is the limit, as a
   *     rule that of a page
   * @return length of the delta, 0 when nothing changed, or {@link #OVERFLOW}
   */
  public static int encode(byte[] before, byte[] after, byte[] delta) {
    int length = after.length;
    if (length > MAX_PAGE || before.length != length) {
      throw new IllegalArgumentException("page of " + length + " after " + before.length);
    }
    int in = 0;
    int out = 0;
    int since = 0;
    int steps = 0;
    while (in < length) {
      int changed = firstChanged(before, after, in, length);
      if (changed == length) {
        // as QEMU, which looks for room before it looks for a change
        return out + 2 > delta.length ? OVERFLOW : out;
      }
      int end = firstSame(before, after, changed, length);
      out = step(after, in, changed, end, delta, out);
      if (out < 0) {
        return OVERFLOW;
      }
      in = end;
      if (++steps == STEPS) {
        if (in - since < DENSE) {
          long reached = dense(before, after, in, delta, out);
          in = (int) (reached >>> Integer.SIZE);
          out = (int) reached;
          if (out < 0) {
            return OVERFLOW;
          }
        }
        since = in;
        steps = 0;
      }
    }
    return out;
  }

  /**
   * Encodes by masks of changed bytes, which costs no guess of the processor per change, up to a
   * long unchanged run or the page's last bytes.
   *
   * @return position in the page (upper half) and in the delta or {@link #OVERFLOW} (lower half)
   */
  private static long dense(byte[] before, byte[] after, int from, byte[] delta, int to) {
    int length = after.length;
    int out = to;
    int same = from; // end of the last step
    int begin = -1; // of the changed bytes at hand
    int at = from;
    for (; at <= length - CHUNK; at += CHUNK) {
      long first = difference(before, after, at);
      long second = difference(before, after, at + 8);
      long third = difference(before, after, at + 16);
      long fourth = difference(before, after, at + 24);
      if ((first | second | third | fourth) == 0 && begin < 0) {
        if (at - same > SPARSE) {
          break;
        }
        continue;
      }
      long mask = flags(first) | flags(second) << 8 | flags(third) << 16 | flags(fourth) << 24;
      long edges = (mask ^ (mask << 1 | (begin < 0 ? 0 : 1))) & 0xffff_ffffL;
      while (edges != 0) {
        int edge = at + Long.numberOfTrailingZeros(edges);
        edges &= edges - 1;
        if (begin < 0) {
          begin = edge;
          if (edges == 0) {
            break;
          }
          edge = at + Long.numberOfTrailingZeros(edges);
          edges &= edges - 1;
        }
        out = step(after, same, begin, edge, delta, out);
        if (out < 0) {
          return OVERFLOW;
        }
        same = edge;
        begin = -1;
      }
    }
    if (begin >= 0) {
      int end = firstSame(before, after, at, length);
      out = step(after, same, begin, end, delta, out);
      same = end;
    }
    return (long) same << Integer.SIZE | out & 0xffff_ffffL;
  }

  private static int firstChanged(byte[] before, byte[] after, int from, int length) {
    int at = from;
    int end = Math.min(length - 15, from + SHORT);
    for (; at < end; at += 16) {
      long first = difference(before, after, at);
      long second = difference(before, after, at + 8);
      if ((first | second) != 0) {
        return first != 0
            ? at + (Long.numberOfTrailingZeros(first) >>> 3)
            : at + 8 + (Long.numberOfTrailingZeros(second) >>> 3);
      }
    }
    int found = Arrays.mismatch(before, at, length, after, at, length);
    return found < 0 ? length : at + found;
  }

  private static int firstSame(byte[] before, byte[] after, int from, int length) {
    int at = from;
    while (at + Long.BYTES <= length) {
      long difference = difference(before, after, at);
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

  private static long difference(byte[] before, byte[] after, int at) {
    return (long) LONG.get(before, at) ^ (long) LONG.get(after, at);
  }

  /** One bit for each byte of a word that is not zero. */
  private static long flags(long word) {
    return (((word & ~HIGH) + ~HIGH | word) & HIGH) * GATHER >>> 56;
  }

  /** Writes one step: unchanged bytes from {@code same}, changed ones from {@code begin}. */
  private static int step(byte[] after, int same, int begin, int end, byte[] delta, int to) {
    int count = end - begin;
    int out = to;
    if (count < Long.BYTES && out + 10 <= delta.length && begin + Long.BYTES <= after.length) {
      // count and bytes in one store; what it writes too much is written over or not used
      out = uleb(delta, out, begin - same);
      LONG.set(delta, out, (long) LONG.get(after, begin) << 8 | count);
      return out + 1 + count;
    }
    if (out + 2 > delta.length) {
      return OVERFLOW;
    }
    out = uleb(delta, out, begin - same);
    if (out + 2 > delta.length) {
      return OVERFLOW;
    }
    out = uleb(delta, out, count);
    if (out + count > delta.length) {
      return OVERFLOW;
    }
    System.arraycopy(after, begin, delta, out, count);
    return out + count;
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
}
