package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.device.HashTableFormat;

/**
 * The hash page table of a pseries guest, {@code spapr/htab} version 1: a be32 that is all ones for
 * a guest without one, log2 of the table's bytes in the START record, or 0 before chunks of (be32
 * index, be16 valid, be16 invalid, 16 bytes for each valid entry) up to eight zero bytes. {@code
 * specs/devices/spapr_htab.ksy} has the layout. Source: QEMU 10.0 hw/ppc/spapr.c.
 */
final class HashTableGrammar implements SectionGrammar {
  @Override
  public boolean knowsVersion(long version) {
    return version == 1;
  }

  @Override
  public void read(FieldReader in) throws IOException {
    if (in.big("shift", Integer.BYTES) != 0) {
      return;
    }
    while (in.peekWord() != 0) {
      in.struct("chunk", "spapr/htab chunk", () -> chunk(in));
    }
    in.zeros("end", HashTableFormat.HEAD_BYTES);
  }

  private static void chunk(FieldReader in) throws IOException {
    in.big("index", Integer.BYTES);
    long valid = in.big("num_valid", Short.BYTES);
    in.big("num_invalid", Short.BYTES);
    in.bytes("entries", valid * HashTableFormat.ENTRY_BYTES);
  }
}
