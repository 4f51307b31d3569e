package org.vmstate.formats.device;

/**
 * The hash page table of a pseries guest, section {@code spapr/htab}, version 1. The layout is in
 * {@code specs/devices/spapr_htab.ksy}. Source: QEMU 10.0 hw/ppc/spapr.c.
 */
public final class HashTableFormat {
  /** idstr of the section. */
  public static final String IDSTR = "spapr/htab";

  /** Bytes of an entry. */
  public static final int ENTRY_BYTES = 16;

  /** Bytes of a chunk's head: be32 index, be16 valid entries, be16 invalid ones. */
  public static final int HEAD_BYTES = 8;

  private HashTableFormat() {}
}
