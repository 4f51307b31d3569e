package org.vmstate.writer.qcow2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.vmstate.formats.qcow2.DiskLayout;
import org.vmstate.formats.qcow2.Geometry;
import org.vmstate.formats.qcow2.Qcow2Format;

/**
 * Puts a VM state into a disk image that holds other things: replaces that of a snapshot or adds a
 * snapshot of the disk as it is now. Everything new goes after the end; 24 bytes of the header
 * switch to it. Whoever stops before has lost nothing, and afterwards only what is no longer used
 * may be left over.
 */
public final class DiskUpdate {
  private static final int ALIGN = 8;

  /** Bytes behind the end that a QEMU which ended early may have counted. */
  private static final long MOST_LEAKED = 1L << 30;

  private static final long KNOWN_AUTOCLEAR = 3;
  private static final int AUTOCLEAR_AT = 88;

  private final DiskFile file;
  private final DiskLayout layout;
  private final Geometry geometry;
  private final ReferenceCounts counts;
  private final ClusterWalk walk;
  private final DiskTables tables;
  private final int size;
  private final long stateAt;

  /** Offset at which the next thing goes. */
  private long next;

  /**
   * Looks where the end is; nothing is written.
   *
   * @throws IOException when the image cannot hold a snapshot that loads
   */
  public DiskUpdate(DiskFile file, DiskLayout layout) throws IOException {
    this.file = file;
    this.layout = layout;
    geometry = layout.geometry();
    size = geometry.clusterSize();
    if (layout.refcountOrder() == 0) {
      throw new IOException("refcounts of 1 bit: expected wider ones, which snapshots need");
    }
    counts =
        new ReferenceCounts(
            file,
            geometry,
            layout.refcountOrder(),
            layout.refcountTable(),
            layout.refcountClusters());
    walk = new ClusterWalk(file, geometry);
    tables = new DiskTables(file, geometry);
    tables.require(layout, counts);
    long counted = counts.end() * size;
    if (counted - file.size() > MOST_LEAKED) {
      throw new IOException(
          "refcounts: expected none of what lies far behind the end, found one of 0x"
              + Long.toHexString(counted - size)
              + "; see qemu-img check");
    }
    stateAt = geometry.roundUp(Math.max(file.size(), counted));
  }

  /** Returns the offset in the file at which the state's bytes have to be written. */
  public long stateAt() {
    return stateAt;
  }

  /**
   * Makes sure before the state is written that a snapshot of the disk can be counted, and what it
   * replaces be freed.
   */
  public void requireRoom(Optional<DiskLayout.Place> replaced) throws IOException {
    if (replaced.isPresent()) {
      DiskLayout.Place old = replaced.get();
      tables.requireInside("L1 table", old.l1Offset(), old.l1Entries() * Geometry.L1_ENTRY);
      walk.visit(
          old.l1Offset(), geometry.stateIndex(old.diskSize()), old.l1Entries(), cluster -> {});
      walk.visit(layout.l1Offset(), diskEntries(), layout.l1Entries(), cluster -> {});
    } else {
      walk.visit(
          layout.l1Offset(),
          0,
          diskEntries(),
          cluster -> {
            if (counts.get(cluster) >= counts.most()) {
              throw new IOException(
                  "refcounts: a snapshot more than they can count; delete one first");
            }
          });
    }
  }

  private long diskEntries() {
    return Math.min(layout.l1Entries(), geometry.stateIndex(layout.diskSize()));
  }

  private long allocate(long bytes) {
    long at = next;
    next = geometry.roundUp(next + bytes);
    return at;
  }

  /**
   * Makes the state, whose bytes are there, that of a snapshot.
   *
   * @param length bytes of the state
   * @param replaced the snapshot that gets it; nothing for a new one
   * @param name name of a new snapshot
   */
  public void finish(long length, Optional<DiskLayout.Place> replaced, String name, Instant date)
      throws IOException {
    next = stateAt + geometry.roundUp(length);
    long unknown = layout.autoclear() & ~KNOWN_AUTOCLEAR;
    if (unknown != 0) {
      file.be64(AUTOCLEAR_AT, layout.autoclear() & KNOWN_AUTOCLEAR);
      file.force();
    }
    List<Long> l2 = l2Tables(length);
    long diskSize = replaced.map(DiskLayout.Place::diskSize).orElse(layout.diskSize());
    long index = geometry.stateIndex(diskSize);
    long entries = index + l2.size();
    if (entries > Qcow2Format.MAX_L1_ENTRIES) {
      throw new IOException("VM state: more than an L1 table can map; use larger clusters");
    }
    long l1 = newL1(replaced, index, l2);
    long table = newTable(replaced, name, date, diskSize, l1, entries, length);
    NewCounts added = NewCounts.plan(layout, geometry, counts, stateAt, next);
    added.write(file, layout, counts, size, stateAt);
    if (replaced.isEmpty()) {
      walk.visit(
          layout.l1Offset(), 0, diskEntries(), c -> counts.set(c, Math.addExact(counts.get(c), 1)));
      counts.flush();
    }
    file.force();
    added.link(file, layout, counts, size);
    if (replaced.isEmpty()) {
      walk.change(layout.l1Offset(), 0, diskEntries(), (entry, c) -> entry & ~Qcow2Format.COPIED);
      file.force();
    }
    int snapshots = layout.snapshots().size() + (replaced.isEmpty() ? 1 : 0);
    file.write(
        Qcow2Format.SWITCH_AT,
        ByteBuffer.allocate(24)
            .putLong(0, added.tableAt())
            .putInt(8, (int) added.tableClusters())
            .putInt(12, snapshots)
            .putLong(16, table));
    file.force();
    free(replaced, added);
    file.force();
  }

  private List<Long> l2Tables(long length) throws IOException {
    long clusters = geometry.roundUp(length) / size;
    List<Long> l2 = new ArrayList<>();
    for (long first = 0; first < clusters; first += geometry.l2Entries()) {
      ByteBuffer table = ByteBuffer.allocate(size);
      for (int i = 0; i < geometry.l2Entries() && first + i < clusters; i++) {
        int place = i * geometry.l2EntrySize();
        table.putLong(place, stateAt + (first + i) * size);
        if (geometry.extendedL2()) {
          table.putLong(place + Long.BYTES, 0xffff_ffffL);
        }
      }
      long at = allocate(size);
      file.write(at, table);
      l2.add(at);
    }
    return l2;
  }

  /** The disk part is that of the snapshot, or of the active disk. */
  private long newL1(Optional<DiskLayout.Place> replaced, long index, List<Long> l2)
      throws IOException {
    long from = replaced.map(DiskLayout.Place::l1Offset).orElse(layout.l1Offset());
    long there = replaced.map(DiskLayout.Place::l1Entries).orElse(layout.l1Entries());
    ByteBuffer l1 = ByteBuffer.allocate(Math.toIntExact((index + l2.size()) * Geometry.L1_ENTRY));
    for (long i = 0; i < Math.min(index, there); i++) {
      long entry = file.be64(from + i * Geometry.L1_ENTRY);
      l1.putLong((int) i * Geometry.L1_ENTRY, entry & ~Qcow2Format.COPIED);
    }
    for (int i = 0; i < l2.size(); i++) {
      l1.putLong((int) (index + i) * Geometry.L1_ENTRY, l2.get(i));
    }
    long at = allocate(l1.capacity());
    file.write(at, l1);
    return at;
  }

  private long newTable(
      Optional<DiskLayout.Place> replaced,
      String name,
      Instant date,
      long diskSize,
      long l1,
      long entries,
      long length)
      throws IOException {
    long at = next;
    long end = at;
    for (DiskLayout.Place place : layout.snapshots()) {
      byte[] entry = new byte[(int) place.entry().length()];
      file.read(place.entry().start(), ByteBuffer.wrap(entry));
      boolean mine = replaced.isPresent() && replaced.get().entry().equals(place.entry());
      end = append(at, end, mine ? SnapshotEntry.replaced(entry, l1, entries, length) : entry);
    }
    if (replaced.isEmpty()) {
      end = append(at, end, SnapshotEntry.of(newId(), name, date, diskSize, l1, entries, length));
    }
    if (end - at > Qcow2Format.MAX_SNAPSHOT_TABLE) {
      throw new IOException("snapshot table: too long");
    }
    return allocate(end - at);
  }

  private long append(long start, long end, byte[] entry) throws IOException {
    long at = start + (end - start + ALIGN - 1) / ALIGN * ALIGN;
    file.write(at, ByteBuffer.wrap(entry));
    return at + entry.length;
  }

  /**
   * QEMU takes the largest number and one more. A snapshot with that number for its name would not
   * be loaded any more.
   */
  private String newId() {
    long most = 0;
    for (DiskLayout.Place place : layout.snapshots()) {
      if (place.id().matches("\\d{1,18}")) {
        most = Math.max(most, Long.parseLong(place.id()));
      }
    }
    Set<String> names =
        layout.snapshots().stream().map(DiskLayout.Place::name).collect(Collectors.toSet());
    long id = most + 1;
    while (names.contains(Long.toString(id))) {
      id++;
    }
    return Long.toString(id);
  }

  /** Counts down what is no longer used. */
  private void free(Optional<DiskLayout.Place> replaced, NewCounts added) throws IOException {
    ReferenceCounts now =
        new ReferenceCounts(
            file, geometry, layout.refcountOrder(), added.tableAt(), added.tableClusters());
    if (!layout.snapshots().isEmpty()) {
      release(now, layout.snapshotTable(), layout.snapshots().getLast().entry().end());
    }
    if (added.tableAt() != layout.refcountTable()) {
      release(
          now, layout.refcountTable(), layout.refcountTable() + layout.refcountClusters() * size);
    }
    if (replaced.isPresent()) {
      DiskLayout.Place old = replaced.get();
      long from = geometry.stateIndex(old.diskSize());
      walk.visit(old.l1Offset(), from, old.l1Entries(), c -> decrement(now, c));
      release(now, old.l1Offset(), old.l1Offset() + old.l1Entries() * Geometry.L1_ENTRY);
      now.flush();
      // what only the active tables name after a loadvm may be overwritten again
      walk.change(
          layout.l1Offset(),
          Math.min(layout.l1Entries(), geometry.stateIndex(layout.diskSize())),
          layout.l1Entries(),
          (entry, c) -> now.get(c) == 1 ? entry | Qcow2Format.COPIED : entry);
    }
    now.flush();
  }

  private void release(ReferenceCounts now, long from, long to) throws IOException {
    for (long at = from; at < to; at += size) {
      decrement(now, at / size);
    }
  }

  private static void decrement(ReferenceCounts now, long cluster) throws IOException {
    long count = now.get(cluster);
    if (count > 0) {
      now.set(cluster, count - 1);
    }
  }
}
