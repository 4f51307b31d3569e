package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.device.StorageWordFormat;
import org.vmstate.formats.rule.Reason;

/**
 * Be64 words of an address, with flags in the low 12 bits: collaborative memory attributes of an
 * s390x guest, {@code s390-storage_attributes} version 0, and its storage keys, {@code s390-skeys}
 * version 1. {@code specs/devices/s390_storage_words.ksy} has the layout. Source: QEMU 10.0
 * hw/s390x/s390-stattrib.c and s390-skeys.c.
 */
final class StorageWordsGrammar implements SectionGrammar {
  static final SectionGrammar ATTRIBUTES = new StorageWordsGrammar(0);
  static final SectionGrammar KEYS = new StorageWordsGrammar(1);

  private final long version;

  private StorageWordsGrammar(long version) {
    this.version = version;
  }

  @Override
  public boolean knowsVersion(long found) {
    return found == version;
  }

  @Override
  public void read(FieldReader in) throws IOException {
    boolean done = false;
    // older streams end with DONE
    while (!(done && in.canEnd())) {
      long at = in.offset();
      int flags = (int) (in.peekWord() & StorageWordFormat.FLAGS);
      if (flags == StorageWordFormat.MORE) {
        in.struct("run", "storage attributes", () -> run(in));
        continue;
      }
      done |= flags == StorageWordFormat.DONE;
      if (flags != StorageWordFormat.DONE && flags != StorageWordFormat.EOS && this != KEYS) {
        throw in.malformed(
            Reason.STORAGE_ATTRIBUTES_FLAGS,
            "storage attributes: expected flags 1, 2 or 8, found " + flags,
            at);
      }
      in.big("word", Long.BYTES, "storage attributes word", true);
      if (flags == StorageWordFormat.EOS) {
        return;
      }
    }
  }

  private static void run(FieldReader in) throws IOException {
    in.big("word", Long.BYTES, "storage attributes word", false);
    long at = in.offset();
    long count = in.big("count", Long.BYTES);
    if (count < 0) {
      throw in.malformed(
          Reason.STORAGE_ATTRIBUTES_COUNT,
          "storage attributes count: expected less than 2^63, found 0x" + Long.toHexString(count),
          at);
    }
    in.bytes("values", count);
  }
}
