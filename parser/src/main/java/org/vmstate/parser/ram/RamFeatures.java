package org.vmstate.parser.ram;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.parser.ParseOptions.XbzrleChoice;
import org.vmstate.parser.io.ByteSource;

/**
 * What decides how a RAM section is laid out.
 *
 * @param ignoreShared entries carry the guest-physical address
 * @param postcopyPageSizes OR of all blocks' page sizes from POSTCOPY_ADVISE, 0 without it
 * @param pageSize target page size in bytes
 * @param bitmapOrder order of bitmap bits, found out when empty
 * @param xbzrle encoding of deltas
 */
public record RamFeatures(
    boolean ignoreShared,
    long postcopyPageSizes,
    int pageSize,
    Optional<BitmapOrder> bitmapOrder,
    XbzrleChoice xbzrle) {

  private static final int NAME_AND_LENGTH = 9;

  /**
   * Reports whether the entry at the cursor carries the page size of its memory. The stream does
   * not say; only huge pages are sent, and such a size cannot be anything else that may follow.
   */
  boolean hasHostPageSize(ByteSource source) throws IOException {
    long huge = postcopyPageSizes & -(long) pageSize & ~pageSize;
    if (huge == 0) {
      return false;
    }
    int nameLength = source.peek();
    int ahead = nameLength + NAME_AND_LENGTH;
    if (nameLength < 0 || !source.has(ahead + 8)) {
      return false;
    }
    long candidate = source.peek64(ahead);
    return Long.bitCount(candidate) == 1 && (candidate & huge) != 0;
  }
}
