package org.vmstate.writer.qcow2;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.qcow2.DiskLayout;
import org.vmstate.formats.qcow2.Geometry;
import org.vmstate.formats.qcow2.Qcow2Format;

/**
 * Looks whether a disk's tables lie where they can be changed: inside of the file, and apart. One
 * that lies far behind the end would make the file as long as that; one that is something else,
 * too, would overwrite it.
 */
final class DiskTables {
  private final DiskFile file;
  private final int size;
  private final Geometry geometry;

  DiskTables(DiskFile file, Geometry geometry) {
    this.file = file;
    this.geometry = geometry;
    size = geometry.clusterSize();
  }

  /** Requires it of the tables of refcounts and of the active disk. */
  void require(DiskLayout layout, ReferenceCounts counts) throws IOException {
    long table = layout.refcountTable();
    long tableLength = layout.refcountClusters() * (long) size;
    if (tableLength == 0 || tableLength > Qcow2Format.MAX_REFCOUNT_TABLE) {
      throw new IOException(
          "refcount table: expected 1 byte to 8 MiB, found "
              + tableLength
              + "; see qemu-img check");
    }
    requireInside("refcount table", table, tableLength);
    long l1 = layout.l1Offset();
    long l1Length = layout.l1Entries() * Geometry.L1_ENTRY;
    requireInside("L1 table", l1, l1Length);
    List<long[]> others = new ArrayList<>();
    others.add(new long[] {0, size});
    others.add(new long[] {table, table + tableLength});
    others.add(new long[] {l1, l1 + l1Length});
    if (!layout.snapshots().isEmpty()) {
      long end = layout.snapshots().getLast().entry().end();
      others.add(new long[] {layout.snapshotTable(), end});
    }
    counts.requireApart(others.toArray(long[][]::new));
  }

  /** Requires it of one table. The last cluster of the file may be shorter than it counts. */
  void requireInside(String what, long offset, long length) throws IOException {
    long end = geometry.roundUp(file.size());
    if (offset < 0 || offset % size != 0 || offset > end || length > end - offset) {
      throw new IOException(
          what
              + ": expected it at a cluster's start inside the file, found 0x"
              + Long.toHexString(offset)
              + "; see qemu-img check");
    }
  }
}
