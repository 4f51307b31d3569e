package org.vmstate.formats.device;

/**
 * Words of the sections {@code s390-storage_attributes}, version 0, and {@code s390-skeys}, version
 * 1: an address with flags in the low bits. The layout is in {@code
 * specs/devices/s390_storage_words.ksy}. Source: QEMU 10.0 hw/s390x/s390-stattrib.c and
 * s390-skeys.c.
 */
public final class StorageWordFormat {
  /** idstr of the attributes. */
  public static final String ATTRIBUTES = "s390-storage_attributes";

  /** idstr of the keys. */
  public static final String KEYS = "s390-skeys";

  /** The bits of a word that are flags. */
  public static final long FLAGS = 0xfff;

  /** The last word of a record. */
  public static final int EOS = 0x01;

  /** be64 count and a byte for each page follow. */
  public static final int MORE = 0x02;

  /** The last word of a pass. */
  public static final int DONE = 0x08;

  private StorageWordFormat() {}
}
