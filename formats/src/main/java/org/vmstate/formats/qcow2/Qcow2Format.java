package org.vmstate.formats.qcow2;

/**
 * Constants of the qcow2 disk image. All integers are big-endian. Source: QEMU 10.2
 * docs/interop/qcow2.rst, block/qcow2.h.
 */
public final class Qcow2Format {
  /** The first four bytes. */
  public static final long MAGIC = 0x514649fbL;

  /** Length of the header of version 2 in bytes. */
  public static final int HEADER_2 = 72;

  /** Least length of the header of version 3 in bytes. */
  public static final int HEADER_3 = 104;

  /** Offset of the compression type, where the header is that long. */
  public static final int COMPRESSION_AT = 104;

  /**
   * Offset of what has to change at once to switch to other snapshots: refcount table's offset (8)
   * and clusters (4), number of snapshots (4), offset of their table (8).
   */
  public static final int SWITCH_AT = 48;

  /** Incompatible feature: the reference counts may be stale. */
  public static final long DIRTY = 1;

  /** Incompatible feature: QEMU found damage and writes no more. */
  public static final long CORRUPT = 1 << 1;

  /** Incompatible feature: the data is in another file. */
  public static final long EXTERNAL_DATA = 1 << 2;

  /** Incompatible feature: clusters are not compressed by deflate. */
  public static final long COMPRESSION_TYPE = 1 << 3;

  /** Incompatible feature: L2 entries have 16 bytes. */
  public static final long EXTENDED_L2 = 1 << 4;

  /** Every incompatible feature that has a meaning. */
  public static final long KNOWN_INCOMPATIBLE =
      DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2;

  /** Compression type of zstd; 0 is deflate. */
  public static final int ZSTD = 1;

  /** Smallest and largest number of {@code cluster_bits}. */
  public static final int MIN_CLUSTER_BITS = 9;

  /** See {@link #MIN_CLUSTER_BITS}. */
  public static final int MAX_CLUSTER_BITS = 21;

  /** Most entries of an L1 table: 32 MiB of them. */
  public static final int MAX_L1_ENTRIES = 4 << 20;

  /** Most snapshots. */
  public static final int MAX_SNAPSHOTS = 65_536;

  /** Longest snapshot table in bytes. */
  public static final int MAX_SNAPSHOT_TABLE = 64 << 20;

  /** Longest extra data of a snapshot in bytes. */
  public static final int MAX_EXTRA = 1024;

  /** Length of a snapshot's entry without extra data, id and name, in bytes. */
  public static final int SNAPSHOT_ENTRY = 40;

  /** Extra data that QEMU writes, in bytes. */
  public static final int EXTRA = 24;

  /** Longest id of a snapshot in bytes that QEMU finds. */
  public static final int MAX_ID = 127;

  /** Longest name of a snapshot in bytes that QEMU finds. */
  public static final int MAX_NAME = 255;

  /** Longest refcount table in bytes. */
  public static final int MAX_REFCOUNT_TABLE = 8 << 20;

  /** Bits of L1, L2 and refcount table entries that are an offset in the file. */
  public static final long OFFSET_MASK = 0x00ff_ffff_ffff_fe00L;

  /** Bit of an L1 or L2 entry: what it names is used only once, so that it may be overwritten. */
  public static final long COPIED = 1L << 63;

  /** Bit of an L2 entry: the cluster is compressed. */
  public static final long COMPRESSED = 1L << 62;

  /** Bit of an L2 entry of version 3: the cluster reads as zeros. */
  public static final long ZERO = 1;

  /** Unit in which the length of a compressed cluster is given, in bytes. */
  public static final int SECTOR = 512;

  /** Parts of a cluster that extended L2 entries know. */
  public static final int SUBCLUSTERS = 32;

  /** Offset of the backing file's format name among the header extensions. */
  public static final long EXTENSION_BACKING_FORMAT = 0xe2792acaL;

  /** Header extension: where the encryption header lies. */
  public static final long EXTENSION_LUKS = 0x0537be77L;

  /** Header extension: bitmaps. */
  public static final long EXTENSION_BITMAPS = 0x23852875L;

  /** Autoclear feature: the header extension of bitmaps counts. */
  public static final long BITMAPS = 1;

  private Qcow2Format() {}
}
