package org.vmstate.parser.device;

import org.vmstate.formats.device.DirtyBitmapFormat;
import org.vmstate.formats.error.StateFormatException;

/**
 * Dirty bitmaps of block devices, {@code dirty-bitmap} version 1: chunks of a flags byte, names,
 * and what the flags ask for; the last chunk has the flag EOS. {@code
 * specs/devices/dirty_bitmap.ksy} has the layout. Source: QEMU 10.0 migration/block-dirty-bitmap.c.
 */
final class DirtyBitmapDecoder implements SectionDecoder {

  @Override
  public boolean knowsVersion(long version) {
    return version == 1;
  }

  @Override
  public void decode(TreeReader in) throws StateFormatException {
    while (in.peek(0) >= 0 && (in.peek(0) & DirtyBitmapFormat.EOS) == 0) {
      in.struct("chunk", "dirty-bitmap chunk", true, () -> chunk(in));
    }
    in.big("end", 1, "dirty-bitmap flags", false);
  }

  private static void chunk(TreeReader in) throws StateFormatException {
    long flags = in.big("flags", 1, "dirty-bitmap flags", false);
    if ((flags & DirtyBitmapFormat.MORE_FLAGS) != 0) {
      throw in.malformed("dirty-bitmap: flags of more than one byte");
    }
    if ((flags & DirtyBitmapFormat.NODE_NAME) != 0) {
      in.string("node");
    }
    if ((flags & DirtyBitmapFormat.BITMAP_NAME) != 0) {
      in.string("bitmap");
    }
    if ((flags & DirtyBitmapFormat.START) != 0) {
      in.big("granularity", Integer.BYTES);
      in.big("state", 1, "dirty-bitmap state", false);
    } else if ((flags & DirtyBitmapFormat.COMPLETE) == 0 && (flags & DirtyBitmapFormat.BITS) != 0) {
      in.big("first_sector", Long.BYTES);
      in.big("sectors", Integer.BYTES);
      if ((flags & DirtyBitmapFormat.ZEROES) == 0) {
        long size = in.big("size", Long.BYTES);
        if (size < 0 || size > in.remaining()) {
          throw in.malformed("dirty-bitmap: bits of " + size + " bytes");
        }
        in.bytes("bits", (int) size);
      }
    }
  }
}
