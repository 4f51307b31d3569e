package org.vmstate.parser.qcow2;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.qcow2.Geometry;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.Qcow2Header;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * The header of a qcow2 disk image, checked as QEMU does.
 *
 * @param version 2 or 3
 * @param geometry sizes of clusters and tables
 * @param backingFile name of the backing file, empty for none
 * @param diskSize size of the virtual disk in bytes
 * @param encrypted whether clusters are encrypted
 * @param incompatible incompatible features, 0 in version 2
 * @param autoclear features that a writer who does not know them clears
 * @param refcountOrder a reference count has two to this power bits
 * @param length length of the header in bytes
 * @param zstd whether clusters are compressed by zstd instead of deflate
 * @param l1Offset file offset of the active L1 table
 * @param l1Entries its entries
 * @param refcountTable file offset of the refcount table
 * @param refcountClusters its length in clusters
 * @param snapshots number of snapshots
 * @param snapshotTable file offset of their table
 * @param bitmaps number of bitmaps that are kept in the image
 */
public record DiskHeader(
    int version,
    Geometry geometry,
    String backingFile,
    long diskSize,
    boolean encrypted,
    long incompatible,
    long autoclear,
    int refcountOrder,
    int length,
    boolean zstd,
    long l1Offset,
    long l1Entries,
    long refcountTable,
    long refcountClusters,
    int snapshots,
    long snapshotTable,
    long bitmaps) {
  private static final int MAX_BACKING_NAME = 1023;
  private static final int EXTENSION_HEADER = 8;

  /**
   * Reads the header at offset 0.
   *
   * @throws MalformedDataException when a field is outside of its bounds
   * @throws UnsupportedFeatureException for a version or a feature that cannot be read
   */
  static DiskHeader read(ByteSource file) throws IOException {
    file.seek(file.origin());
    Qcow2Header raw = SpecReader.read(file, "header", Reason.DISK_HEADER, Qcow2Header::new);
    file.path().push("header");
    if (raw.version() != 2 && raw.version() != 3) {
      throw file.unsupported(
          Reason.DISK_VERSION, "qcow2 version: expected 2 or 3, found " + raw.version(), 4);
    }
    long bits = raw.clusterBits();
    if (bits < Qcow2Format.MIN_CLUSTER_BITS || bits > Qcow2Format.MAX_CLUSTER_BITS) {
      throw file.malformed(Reason.DISK_HEADER, "cluster_bits: expected 9 to 21, found " + bits, 20);
    }
    boolean v3 = raw.version() == 3;
    long incompatible = v3 ? raw.more().incompatible() : 0;
    Geometry geometry = new Geometry((int) bits, (incompatible & Qcow2Format.EXTENDED_L2) != 0);
    long length = v3 ? raw.more().lenHeader() : Qcow2Format.HEADER_2;
    if (v3) {
      features(file, incompatible, geometry);
      if (length < Qcow2Format.HEADER_3 || length > geometry.clusterSize() || length % 8 != 0) {
        throw file.malformed(
            Reason.DISK_HEADER,
            "header_length: expected 104 or more, a multiple of 8, found " + length,
            100);
      }
      if (raw.more().refcountOrder() > 6) {
        throw file.malformed(
            Reason.DISK_HEADER,
            "refcount_order: expected 0 to 6, found " + raw.more().refcountOrder(),
            96);
      }
    }
    int compression = v3 && length > Qcow2Format.COMPRESSION_AT ? file.u8() : 0;
    boolean typed = (incompatible & Qcow2Format.COMPRESSION_TYPE) != 0;
    if (typed != (compression != 0)) {
      throw file.malformed(
          Reason.DISK_HEADER,
          "compression_type: expected feature bit 3 just when it is not 0, found " + compression,
          Qcow2Format.COMPRESSION_AT);
    }
    if (compression > Qcow2Format.ZSTD) {
      throw file.unsupported(
          Reason.DISK_FEATURES,
          "compression_type: expected 0 or 1, found " + compression,
          Qcow2Format.COMPRESSION_AT);
    }
    if (raw.numSnapshots() > Qcow2Format.MAX_SNAPSHOTS) {
      throw file.limitExceeded(
          Reason.SNAPSHOTS_TOO_MANY,
          "snapshots: " + raw.numSnapshots() + ", the limit is " + Qcow2Format.MAX_SNAPSHOTS,
          60);
    }
    if (raw.size() < 0) {
      throw file.malformed(Reason.DISK_HEADER, "size: expected less than 2^63", 24);
    }
    String backing = backing(file, raw, geometry);
    long autoclear = v3 ? raw.more().autoclear() : 0;
    long bitmaps = (autoclear & Qcow2Format.BITMAPS) != 0 ? bitmaps(file, geometry, length) : 0;
    file.path().pop();
    return new DiskHeader(
        (int) raw.version(),
        geometry,
        backing,
        raw.size(),
        raw.cryptMethod() != 0,
        incompatible,
        autoclear,
        v3 ? (int) raw.more().refcountOrder() : 4,
        (int) length,
        compression == Qcow2Format.ZSTD,
        raw.l1Offset(),
        raw.l1Entries(),
        raw.refcountTableOffset(),
        raw.refcountTableClusters(),
        (int) raw.numSnapshots(),
        raw.snapshotsOffset(),
        bitmaps);
  }

  private static void features(ByteSource file, long incompatible, Geometry geometry)
      throws UnsupportedFeatureException, MalformedDataException {
    long unknown = incompatible & ~Qcow2Format.KNOWN_INCOMPATIBLE;
    if (unknown != 0) {
      throw file.unsupported(
          Reason.DISK_FEATURES,
          "incompatible features: expected bits 0 to 4, found 0x" + Long.toHexString(unknown),
          72);
    }
    if ((incompatible & Qcow2Format.EXTERNAL_DATA) != 0) {
      throw file.unsupported(
          Reason.DISK_EXTERNAL_DATA,
          "data file: expected the clusters in this file, found an external data file, with which"
              + " QEMU accepts no internal snapshots",
          72);
    }
    if (geometry.extendedL2() && geometry.clusterBits() < 14) {
      throw file.malformed(
          Reason.DISK_HEADER,
          "cluster_bits: expected 14 or more with extended L2 entries, found "
              + geometry.clusterBits(),
          20);
    }
  }

  /** Looks the number up among the header extensions, which lie in the first cluster. */
  private static long bitmaps(ByteSource file, Geometry geometry, long from) throws IOException {
    long end = Math.min(geometry.clusterSize(), file.length());
    long at = from;
    while (end - at >= EXTENSION_HEADER + Integer.BYTES) {
      file.seek(at);
      long type = file.be32();
      long length = file.be32();
      if (type == Qcow2Format.EXTENSION_BITMAPS) {
        return file.be32();
      }
      if (type == 0) {
        break;
      }
      at += EXTENSION_HEADER + (length + 7) / 8 * 8;
    }
    return 0;
  }

  private static String backing(ByteSource file, Qcow2Header raw, Geometry geometry)
      throws IOException {
    if (raw.backingOffset() == 0) {
      return "";
    }
    long offset = raw.backingOffset();
    if (raw.lenBacking() > MAX_BACKING_NAME || offset < 0 || offset > geometry.clusterSize()) {
      throw file.malformed(
          Reason.DISK_HEADER,
          "backing file name: expected at most 1023 bytes in the first cluster, found "
              + raw.lenBacking()
              + " at 0x"
              + Long.toHexString(offset),
          8);
    }
    file.seek(offset);
    byte[] name = file.bytes(raw.lenBacking(), MAX_BACKING_NAME, "backing file name");
    return new String(name, StandardCharsets.UTF_8);
  }

  /** Reports whether reference counts may be stale, so that nothing may be written. */
  public boolean isDirty() {
    return (incompatible & Qcow2Format.DIRTY) != 0;
  }

  /** Reports whether QEMU found damage and writes no more. */
  public boolean isCorrupt() {
    return (incompatible & Qcow2Format.CORRUPT) != 0;
  }
}
