package org.vmstate.parser.device;

import org.vmstate.formats.device.HashTableFormat;
import org.vmstate.formats.error.StateFormatException;

/**
 * The hash page table of a pseries guest, {@code spapr/htab} version 1: a be32 that is all ones for
 * a guest without one, log2 of the table's bytes in the START record, or 0 before chunks of
 * entries. {@code specs/devices/spapr_htab.ksy} has the layout. Source: QEMU 10.0 hw/ppc/spapr.c.
 */
final class HtabDecoder implements SectionDecoder {

  @Override
  public boolean knowsVersion(long version) {
    return version == 1;
  }

  @Override
  public void decode(TreeReader in) throws StateFormatException {
    if (in.big("shift", Integer.BYTES) != 0) {
      return;
    }
    while (in.peekBig(0, HashTableFormat.HEAD_BYTES) != 0) {
      in.struct("chunk", "spapr/htab chunk", true, () -> chunk(in));
    }
    in.zeros("end", HashTableFormat.HEAD_BYTES);
  }

  private static void chunk(TreeReader in) throws StateFormatException {
    in.big("index", Integer.BYTES);
    long valid = in.big("num_valid", Short.BYTES);
    in.big("num_invalid", Short.BYTES);
    if (valid * HashTableFormat.ENTRY_BYTES > in.remaining()) {
      throw in.malformed("spapr/htab: " + valid + " entries");
    }
    in.bytes("entries", (int) valid * HashTableFormat.ENTRY_BYTES);
  }
}
