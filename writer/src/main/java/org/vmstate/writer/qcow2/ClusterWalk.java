package org.vmstate.writer.qcow2;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.qcow2.Geometry;
import org.vmstate.formats.qcow2.Qcow2Format;

/** Goes through what a part of an L1 table names. */
final class ClusterWalk {
  private final DiskFile file;
  private final Geometry geometry;

  ClusterWalk(DiskFile file, Geometry geometry) {
    this.file = file;
    this.geometry = geometry;
  }

  /** Is told the number of each cluster that is named, once for each time. */
  interface Visitor {
    void cluster(long number) throws IOException;
  }

  /** Changes a table entry; the argument is what it names, and the result what it becomes. */
  interface Change {
    long entry(long entry, long cluster) throws IOException;
  }

  private long checked(long offset) throws IOException {
    if (offset % geometry.clusterSize() != 0 || offset >= file.size()) {
      throw new IOException(
          "table: expected a cluster's start inside the file, found 0x"
              + Long.toHexString(offset)
              + "; see qemu-img check");
    }
    return offset;
  }

  /** Visits L2 tables and the clusters that they name. */
  void visit(long l1, long from, long to, Visitor visitor) throws IOException {
    int bits = geometry.clusterBits();
    ByteBuffer table = ByteBuffer.allocate(geometry.clusterSize());
    long left = geometry.roundUp(file.size()) >> bits;
    for (long i = from; i < to; i++) {
      long l2 = file.be64(l1 + i * Geometry.L1_ENTRY) & Qcow2Format.OFFSET_MASK;
      if (l2 == 0) {
        continue;
      }
      visitor.cluster(checked(l2) >> bits);
      if (left-- == 0) {
        throw new IOException(
            "L2 tables: expected each to be named once, found more of them than the file has;"
                + " see qemu-img check");
      }
      file.read(l2, table.clear());
      for (int j = 0; j < geometry.l2Entries(); j++) {
        long entry = table.getLong(j * geometry.l2EntrySize());
        if ((entry & Qcow2Format.COMPRESSED) != 0) {
          long at = geometry.compressedOffset(entry);
          long last = at + geometry.compressedLength(entry) - 1;
          for (long cluster = at >> bits; cluster <= last >> bits; cluster++) {
            visitor.cluster(cluster);
          }
        } else if ((entry & Qcow2Format.OFFSET_MASK) != 0) {
          visitor.cluster((entry & Qcow2Format.OFFSET_MASK) >> bits);
        }
      }
    }
  }

  /** Changes the entries of an L1 table and of its L2 tables, in place. */
  void change(long l1, long from, long to, Change change) throws IOException {
    int bits = geometry.clusterBits();
    ByteBuffer table = ByteBuffer.allocate(geometry.clusterSize());
    for (long i = from; i < to; i++) {
      long at = l1 + i * Geometry.L1_ENTRY;
      long old = file.be64(at);
      long l2 = old & Qcow2Format.OFFSET_MASK;
      if (l2 == 0) {
        continue;
      }
      file.read(checked(l2), table.clear());
      boolean changed = false;
      for (int j = 0; j < geometry.l2Entries(); j++) {
        int place = j * geometry.l2EntrySize();
        long entry = table.getLong(place);
        long host = entry & Qcow2Format.OFFSET_MASK;
        if ((entry & Qcow2Format.COMPRESSED) == 0 && host != 0) {
          long becomes = change.entry(entry, host >> bits);
          changed |= becomes != entry;
          table.putLong(place, becomes);
        }
      }
      if (changed) {
        file.write(l2, table.duplicate().clear());
      }
      long becomes = change.entry(old, l2 >> bits);
      if (becomes != old) {
        file.be64(at, becomes);
      }
    }
  }
}
