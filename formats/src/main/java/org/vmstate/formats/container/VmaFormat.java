package org.vmstate.formats.container;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Constants of the Proxmox VMA archive, whose integers are big-endian but for the lengths of blobs.
 * Source: proxmox/pve-qemu vma_spec.txt.
 */
public final class VmaFormat {
  /** The first four bytes. */
  public static final long MAGIC = 0x564d4100L;

  /** The only version. */
  public static final int VERSION = 1;

  /** Length of the header without blobs in bytes. */
  public static final int HEADER = 12_288;

  /** Longest header that is read, in bytes. */
  public static final int MOST_HEADER = 16 << 20;

  /** Offset of the MD5 sum of the header, taken with 16 zeros in its place. */
  public static final int HEADER_MD5_AT = 32;

  /** Offset of the place of the blobs. */
  public static final int BLOBS_AT = 48;

  /** Offset of the header's length. */
  public static final int HEADER_LENGTH_AT = 56;

  /** Offset of the list of devices. */
  public static final int DEVICES_AT = 4096;

  /** Unit of the header's length, and length of an extent's header, in bytes. */
  public static final int SECTOR = 512;

  /** First word of an extent. */
  public static final long EXTENT = 0x564d4145L;

  /** Offset of the MD5 sum of an extent's header. */
  public static final int EXTENT_MD5_AT = 24;

  /** Offset of the list of clusters in an extent's header. */
  public static final int SLOTS_AT = 40;

  /** Clusters of an extent. */
  public static final int SLOTS = 59;

  /** Length of a cluster in bytes. */
  public static final int CLUSTER = 64 << 10;

  /** Length of a block, which is stored or zero, in bytes. */
  public static final int BLOCK = 4 << 10;

  /** Blocks of a cluster. */
  public static final int BLOCKS = 16;

  /** Most clusters of a state that are read: 256 GiB. */
  public static final int MOST_CLUSTERS = 4 << 20;

  /** Name of the device that holds a saved state. */
  public static final String STATE = "vmstate";

  private static final int MD5 = 16;

  private VmaFormat() {}

  /** Reports whether a header has the MD5 sum that stands in it. */
  public static boolean isIntact(byte[] header, int at) {
    byte[] zeroed = header.clone();
    Arrays.fill(zeroed, at, at + MD5, (byte) 0);
    return Arrays.equals(sum(zeroed), Arrays.copyOfRange(header, at, at + MD5));
  }

  /** Returns the MD5 sum of a header in which 16 zeros stand in its place. */
  public static byte[] sum(byte[] header) {
    try {
      return MessageDigest.getInstance("MD5").digest(header);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
