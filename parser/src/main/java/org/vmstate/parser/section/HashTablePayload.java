package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.device.HashTableFormat;
import org.vmstate.parser.io.ByteSource;

/**
 * The pseries hash page table: be32 header; zero announces chunks of (be32 index, be16 valid, be16
 * invalid, 16 bytes for each valid entry) up to eight zero bytes. Source: QEMU 10.0 hw/ppc/spapr.c.
 */
final class HashTablePayload implements SelfDelimited {
  @Override
  public void skip(ByteSource source, int recordType) throws IOException {
    if (source.be32() != 0) {
      // log2 of the size, or all ones for a guest without a hash table
      return;
    }
    while (true) {
      long index = source.be32();
      int valid = source.be16();
      int invalid = source.be16();
      if (index == 0 && valid == 0 && invalid == 0) {
        return;
      }
      source.skip((long) valid * HashTableFormat.ENTRY_BYTES);
    }
  }
}
