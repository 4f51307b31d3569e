package org.vmstate.parser.device;

import org.vmstate.formats.device.StorageWordFormat;
import org.vmstate.formats.error.StateFormatException;

/**
 * Collaborative memory attributes of an s390x guest, {@code s390-storage_attributes} version 0:
 * be64 words with flags in the low 12 bits. {@code specs/devices/s390_storage_words.ksy} has the
 * layout. Source: QEMU 10.0 hw/s390x/s390-stattrib.c.
 */
final class StorageAttributesDecoder implements SectionDecoder {

  @Override
  public boolean knowsVersion(long version) {
    return version == 0;
  }

  @Override
  public void decode(TreeReader in) throws StateFormatException {
    long flags;
    do {
      flags = in.peekBig(0, Long.BYTES) & StorageWordFormat.FLAGS;
      if (flags == StorageWordFormat.MORE) {
        in.struct("run", "storage attributes", true, () -> run(in));
      } else {
        in.big("word", Long.BYTES, "storage attributes word", true);
      }
    } while (flags != StorageWordFormat.EOS);
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
