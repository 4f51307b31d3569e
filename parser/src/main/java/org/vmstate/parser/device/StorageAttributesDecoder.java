package org.vmstate.parser.device;

import org.vmstate.formats.error.StateFormatException;

/**
 * Collaborative memory attributes of an s390x guest, {@code s390-storage_attributes} version 0:
 * be64 words with flags in the low 12 bits. {@code specs/devices/s390_storage_words.ksy} has the
 * layout. Source: QEMU 10.0 hw/s390x/s390-stattrib.c.
 */
final class StorageAttributesDecoder implements SectionDecoder {
  private static final long FLAGS = 0xfff;
  private static final int EOS = 0x01;
  private static final int MORE = 0x02;

  @Override
  public boolean knowsVersion(long version) {
    return version == 0;
  }

  @Override
  public void decode(TreeReader in) throws StateFormatException {
    long flags;
    do {
      flags = in.peekBig(0, Long.BYTES) & FLAGS;
      if (flags == MORE) {
        in.struct("run", "storage attributes", true, () -> run(in));
      } else {
        in.big("word", Long.BYTES, "storage attributes word", true);
      }
    } while (flags != EOS);
  }

  /** Shared with the storage keys, whose runs are alike. */
  static void run(TreeReader in) throws StateFormatException {
    in.big("word", Long.BYTES, "storage attributes word", false);
    long count = in.big("count", Long.BYTES);
    if (count < 0 || count > in.remaining()) {
      throw in.malformed("storage attributes: " + count + " pages");
    }
    in.bytes("values", (int) count);
  }
}
