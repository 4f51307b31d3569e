package org.vmstate.writer.qcow2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.vmstate.formats.qcow2.Geometry;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.spec.Qcow2Header;
import org.vmstate.writer.io.SpecWriter;

/**
 * A new disk image of version 3 that holds one VM state and an empty disk of 1 MiB. The state's
 * bytes lie together from {@link #STATE_AT} on; the tables follow them.
 */
public final class FreshDisk {
  private static final Geometry GEOMETRY = new Geometry(16, false);
  private static final int CLUSTER = GEOMETRY.clusterSize();
  private static final long DISK = 1 << 20;
  private static final int COUNTS = CLUSTER / Short.BYTES;
  private static final byte[] MAGIC = {0x51, 0x46, 0x49, (byte) 0xfb};

  /** Offset in the file of the state's first byte. */
  public static final long STATE_AT = CLUSTER;

  private final DiskFile file;

  /** Cluster at which the next table goes. */
  private long next;

  private FreshDisk(DiskFile file) {
    this.file = file;
  }

  /**
   * Writes everything but the state, whose bytes are there.
   *
   * @param length bytes of the state
   * @param name name of the snapshot
   */
  public static void finish(DiskFile file, long length, String name, Instant date)
      throws IOException {
    new FreshDisk(file).write(length, name, date);
  }

  private static long clusters(long bytes) {
    return (bytes + CLUSTER - 1) / CLUSTER;
  }

  private long allocate(long count) {
    long at = next * CLUSTER;
    next += count;
    return at;
  }

  private void write(long length, String name, Instant date) throws IOException {
    long data = clusters(length);
    next = 1 + data;
    long tables = (data + GEOMETRY.l2Entries() - 1) / GEOMETRY.l2Entries();
    long index = GEOMETRY.stateIndex(DISK);
    long l2 = allocate(tables);
    long entries = index + tables;
    long l1 = allocate(clusters(entries * Geometry.L1_ENTRY));
    long active = allocate(1);
    long snapshots = allocate(1);
    Counts counts = counts();
    // the last cluster whole, and first: see DiskFile.reach
    file.reach(next * CLUSTER);
    for (long t = 0; t < tables; t++) {
      ByteBuffer table = ByteBuffer.allocate(CLUSTER);
      long first = t * GEOMETRY.l2Entries();
      for (int i = 0; i < GEOMETRY.l2Entries() && first + i < data; i++) {
        table.putLong(i * Long.BYTES, STATE_AT + (first + i) * CLUSTER);
      }
      file.write(l2 + t * CLUSTER, table);
      file.be64(l1 + (index + t) * Geometry.L1_ENTRY, l2 + t * CLUSTER);
    }
    file.write(
        snapshots, ByteBuffer.wrap(SnapshotEntry.of("1", name, date, DISK, l1, entries, length)));
    write(counts);
    header(active, index, counts.table, counts.tableClusters, snapshots);
  }

  /** Where the reference counts are. */
  private record Counts(long first, long blocks, long table, long tableClusters, long all) {}

  /** Finds room for the reference counts of all clusters and of their own. */
  private Counts counts() {
    long blocks = 0;
    long table = 0;
    long all = next;
    while (true) {
      long wanted = (all + COUNTS - 1) / COUNTS;
      long wantedTable = clusters(wanted * Long.BYTES);
      if (wanted == blocks && wantedTable == table) {
        break;
      }
      blocks = wanted;
      table = wantedTable;
      all = next + blocks + table;
    }
    return new Counts(allocate(blocks), blocks, allocate(table), table, all);
  }

  /** Writes the reference counts, all 1. */
  private void write(Counts counts) throws IOException {
    for (long b = 0; b < counts.blocks; b++) {
      ByteBuffer block = ByteBuffer.allocate(CLUSTER);
      for (int i = 0; i < COUNTS && b * COUNTS + i < counts.all; i++) {
        block.putShort(i * Short.BYTES, (short) 1);
      }
      file.write(counts.first + b * CLUSTER, block);
      file.be64(counts.table + b * Long.BYTES, counts.first + b * CLUSTER);
    }
  }

  private void header(long active, long l1Entries, long table, long tableClusters, long snapshots)
      throws IOException {
    Qcow2Header header = new Qcow2Header();
    header.setMagic(MAGIC);
    header.setVersion(3);
    header.setBackingOffset(0);
    header.setLenBacking(0);
    header.setClusterBits(GEOMETRY.clusterBits());
    header.setSize(DISK);
    header.setCryptMethod(0);
    header.setL1Entries(l1Entries);
    header.setL1Offset(active);
    header.setRefcountTableOffset(table);
    header.setRefcountTableClusters(tableClusters);
    header.setNumSnapshots(1);
    header.setSnapshotsOffset(snapshots);
    Qcow2Header.Version3 more = new Qcow2Header.Version3(null, header, header);
    more.setIncompatible(0);
    more.setCompatible(0);
    more.setAutoclear(0);
    more.setRefcountOrder(4);
    more.setLenHeader(Qcow2Format.HEADER_3);
    more._check();
    header.setMore(more);
    byte[] bytes = SpecWriter.bytes(header, Qcow2Format.HEADER_3);
    file.write(0, ByteBuffer.allocate(CLUSTER).put(bytes).rewind());
  }
}
