package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.device.DirtyBitmapFormat;
import org.vmstate.formats.rule.Reason;

/**
 * Block dirty bitmaps, {@code dirty-bitmap} version 1: chunks of flags, names and one of START,
 * COMPLETE, BITS, up to a chunk with EOS. {@code specs/devices/dirty_bitmap.ksy} has the layout.
 * Source: QEMU 10.0 migration/block-dirty-bitmap.c.
 */
final class DirtyBitmapGrammar implements SectionGrammar {
  private static final int MOST_BITS_BYTES = 10 << 10;
  private static final String FLAGS = "dirty-bitmap flags";

  @Override
  public boolean knowsVersion(long version) {
    return version == 1;
  }

  @Override
  public void read(FieldReader in) throws IOException {
    boolean[] ended = new boolean[1];
    while (!ended[0] && in.peek() != DirtyBitmapFormat.EOS) {
      in.struct("chunk", "dirty-bitmap chunk", () -> ended[0] = chunk(in));
    }
    if (!ended[0]) {
      in.big("end", Byte.BYTES, FLAGS, false);
    }
  }

  /** Reads a chunk and reports whether it is the last. */
  private static boolean chunk(FieldReader in) throws IOException {
    long at = in.offset();
    long flags = flags(in);
    boolean last = (flags & DirtyBitmapFormat.EOS) != 0;
    if ((flags & DirtyBitmapFormat.NODE_NAME) != 0) {
      in.string("node");
    }
    if ((flags & DirtyBitmapFormat.BITMAP_NAME) != 0) {
      in.string("bitmap");
    }
    if ((flags & DirtyBitmapFormat.START) != 0) {
      in.big("granularity", Integer.BYTES);
      in.big("state", Byte.BYTES, "dirty-bitmap state", false);
    } else if ((flags & DirtyBitmapFormat.COMPLETE) != 0) {
      return last;
    } else if ((flags & DirtyBitmapFormat.BITS) != 0) {
      bits(in, flags);
    } else if (!last) {
      throw in.malformed(
          Reason.DIRTY_BITMAP_CHUNK,
          "dirty-bitmap chunk: expected START, COMPLETE, BITS or EOS, found flags 0x"
              + Long.toHexString(flags),
          at);
    }
    return last;
  }

  private static long flags(FieldReader in) throws IOException {
    long flags = in.big("flags", Byte.BYTES, FLAGS, false);
    if ((flags & DirtyBitmapFormat.MORE_FLAGS) != 0) {
      flags = flags << Byte.SIZE | in.big("flags_2", Byte.BYTES, FLAGS, false);
      if ((flags & DirtyBitmapFormat.MORE_FLAGS) != 0) {
        flags = flags << Short.SIZE | in.big("flags_4", Short.BYTES, FLAGS, false);
      }
    }
    return flags;
  }

  private static void bits(FieldReader in, long flags) throws IOException {
    in.big("first_sector", Long.BYTES);
    in.big("sectors", Integer.BYTES);
    if ((flags & DirtyBitmapFormat.ZEROES) == 0) {
      long at = in.offset();
      long size = in.big("size", Long.BYTES);
      if (size < 0 || size > MOST_BITS_BYTES) {
        throw in.malformed(
            Reason.DIRTY_BITMAP_BITS,
            "dirty-bitmap bits: expected at most "
                + MOST_BITS_BYTES
                + " bytes, found "
                + Long.toUnsignedString(size),
            at);
      }
      in.bytes("bits", size);
    }
  }
}
