package org.vmstate.formats.device;

/**
 * Flags of the chunks of a {@code dirty-bitmap} section, version 1. The layout is in {@code
 * specs/devices/dirty_bitmap.ksy}. Source: QEMU 10.0 migration/block-dirty-bitmap.c.
 */
public final class DirtyBitmapFormat {
  /** idstr of the section. */
  public static final String IDSTR = "dirty-bitmap";

  /** The last chunk of a record. */
  public static final int EOS = 0x01;

  /** BITS without bytes: all clear. */
  public static final int ZEROES = 0x02;

  /** A bitmap's name follows. */
  public static final int BITMAP_NAME = 0x04;

  /** A node's name follows. */
  public static final int NODE_NAME = 0x08;

  /** be32 granularity and a byte of state follow. */
  public static final int START = 0x10;

  /** The bitmap is complete. */
  public static final int COMPLETE = 0x20;

  /** be64 first sector, be32 sectors, be64 size and bits follow. */
  public static final int BITS = 0x40;

  /** Another byte of flags follows, which no writer sends. */
  public static final int MORE_FLAGS = 0x80;

  private DirtyBitmapFormat() {}
}
