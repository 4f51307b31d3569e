package org.vmstate.formats.ram;

/**
 * Constants of the {@code ram} section. Every item starts with a be64 word: flags in the bits below
 * the target page size, an offset inside a block in the others. Source: QEMU 10.0 migration/ram.c.
 */
public final class RamFormat {
  /** Name of the section. */
  public static final String IDSTR = "ram";

  /** Payload version since 2010. */
  public static final int VERSION = 4;

  /** Payload version of 2009: flat addresses, no names. */
  public static final int VERSION_3 = 3;

  /** Obsolete since 2009: the whole of RAM as one stream. */
  public static final int FULL = 0x001;

  /** A page that holds one byte over and over; u8 fill. */
  public static final int ZERO = 0x002;

  /** The block list; the word's address is the sum of the used lengths. */
  public static final int MEM_SIZE = 0x004;

  /** A page as it is. */
  public static final int PAGE = 0x008;

  /** Ends the payload of this section. */
  public static final int EOS = 0x010;

  /** Same block as the page record before; no name follows. */
  public static final int CONTINUE = 0x020;

  /** A delta against the page's earlier content. */
  public static final int XBZRLE = 0x040;

  /** RDMA only. */
  public static final int HOOK = 0x080;

  /** be32 length and a zlib stream (QEMU 2.4 to 9.0). */
  public static final int COMPRESS_PAGE = 0x100;

  /** A point where multifd channels synchronise (QEMU 8.1). */
  public static final int MULTIFD_FLUSH = 0x200;

  /** The kinds of page record. */
  public static final int PAGE_KINDS = ZERO | PAGE | XBZRLE | COMPRESS_PAGE;

  /** Longest zlib form of a page of the given size in bytes (zlib's own bound). */
  public static long compressBound(long pageSize) {
    return pageSize + (pageSize >> 12) + (pageSize >> 14) + (pageSize >> 25) + 13;
  }

  private RamFormat() {}
}
