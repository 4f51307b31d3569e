package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.device.DirtyBitmapFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;

/**
 * Block dirty bitmaps: chunks of flags, names and one of START, COMPLETE, BITS, up to a chunk with
 * EOS. Source: QEMU 10.0 migration/block-dirty-bitmap.c.
 */
final class DirtyBitmapPayload implements SelfDelimited {
  private static final int MAX_BITS_BYTES = 10 << 10;

  @Override
  public void skip(ByteSource source, int recordType) throws IOException {
    int flags;
    do {
      long at = source.position();
      flags = flags(source);
      if ((flags & DirtyBitmapFormat.NODE_NAME) != 0) {
        source.skip(source.u8());
      }
      if ((flags & DirtyBitmapFormat.BITMAP_NAME) != 0) {
        source.skip(source.u8());
      }
      if ((flags & DirtyBitmapFormat.START) != 0) {
        source.skip(4 + 1); // granularity in bytes, flags of the bitmap
      } else if ((flags & DirtyBitmapFormat.COMPLETE) != 0) {
        continue;
      } else if ((flags & DirtyBitmapFormat.BITS) != 0) {
        bits(source, flags);
      } else if ((flags & DirtyBitmapFormat.EOS) == 0) {
        throw source.malformed(
            Reason.DIRTY_BITMAP_CHUNK,
            "dirty-bitmap chunk: expected START, COMPLETE, BITS or EOS, found flags 0x"
                + Integer.toHexString(flags),
            at);
      }
    } while ((flags & DirtyBitmapFormat.EOS) == 0);
  }

  private static int flags(ByteSource source) throws IOException {
    int flags = source.u8();
    if ((flags & DirtyBitmapFormat.MORE_FLAGS) != 0) {
      flags = flags << 8 | source.u8();
      if ((flags & DirtyBitmapFormat.MORE_FLAGS) != 0) {
        flags = flags << 16 | source.be16();
      }
    }
    return flags;
  }

  private static void bits(ByteSource source, int flags) throws IOException {
    source.skip(8 + 4); // first sector, number of sectors
    if ((flags & DirtyBitmapFormat.ZEROES) == 0) {
      long at = source.position();
      long size = source.be64();
      if (size < 0 || size > MAX_BITS_BYTES) {
        throw source.malformed(
            Reason.DIRTY_BITMAP_BITS,
            "dirty-bitmap bits: expected at most "
                + MAX_BITS_BYTES
                + " bytes, found "
                + Long.toUnsignedString(size),
            at);
      }
      source.skip(size);
    }
  }
}
