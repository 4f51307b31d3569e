package org.vmstate.parser.device;

import org.vmstate.formats.error.StateFormatException;

/**
 * Storage keys of an s390x guest, {@code s390-skeys} version 1: be64 words like those of the
 * storage attributes. {@code specs/devices/s390_storage_words.ksy} has the layout. Source: QEMU
 * 10.0 hw/s390x/s390-skeys.c.
 */
final class StorageKeysDecoder implements SectionDecoder {
  private final StorageAttributesDecoder words = new StorageAttributesDecoder();

  @Override
  public boolean knowsVersion(long version) {
    return version == 1;
  }

  @Override
  public void decode(TreeReader in) throws StateFormatException {
    words.decode(in);
  }
}
