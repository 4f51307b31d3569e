package org.vmstate.formats.ram;

/**
 * Constants of page deltas. Today's record: an encoding byte, be16 length, the delta. That of 2011:
 * be32 zero, be16 magic in the byte order of the sender, be16 length, a flag byte, the delta.
 * Source: QEMU 10.0 migration/ram.c; XBZRLE v4 patch series (2011).
 */
public final class XbzrleFormat {
  /** Encoding byte of a record. */
  public static final int ENCODING = 1;

  /** Length in bytes of what stands between the page's word and the delta. */
  public static final int HEAD = 3;

  /** Length in bytes of the same in the form of 2011. */
  public static final int HEAD_2011 = 9;

  /** Magic of 2011, in the byte order of the sender. */
  public static final int MAGIC_2011 = 0x0123;

  /** The same, read in the other byte order. */
  public static final int MAGIC_2011_SWAPPED = Short.reverseBytes((short) MAGIC_2011) & 0xffff;

  /** Offset in bytes of the magic in the head of 2011. */
  public static final int MAGIC_2011_AT = 4;

  private XbzrleFormat() {}
}
