package org.vmstate.parser.qcow2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.qcow2.Geometry;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.Extents;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

/**
 * Where the bytes of a snapshot's VM state lie: in the clusters after the disk's, as the snapshot's
 * L1 table maps them. Damage is an error when the place is read, not before.
 */
final class StateExtents implements Extents {
  private static final int PIECE = 64 << 10;

  private final ByteSource file;
  private final DiskHeader header;
  private final Geometry geometry;
  private final Backing backing;
  private final String path;
  private final long l1;
  private final long entries;

  /** -1 until the tables were looked through. */
  private long length = -1;

  /** The L2 table that was used last. */
  private long tableAt = -1;

  private final byte[] table;

  /** The compressed cluster that was used last. */
  private long decompressedAt = -1;

  private HeapSource decompressed;

  /**
   * Looks through the tables.
   *
   * @throws MalformedDataException when the L1 table is not inside the file, or when more clusters
   *     are mapped than the file has
   */
  StateExtents(ByteSource file, DiskHeader header, Snapshot snapshot, Backing backing, String path)
      throws IOException {
    this.file = file;
    this.header = header;
    this.backing = backing;
    this.path = path;
    geometry = header.geometry();
    table = new byte[geometry.clusterSize()];
    long first = geometry.stateIndex(snapshot.diskSize().orElse(header.diskSize()));
    l1 = snapshot.l1Offset() + first * Geometry.L1_ENTRY;
    entries = Math.max(0, snapshot.l1Entries() - first);
    if (snapshot.l1Entries() > Qcow2Format.MAX_L1_ENTRIES) {
      throw malformed(
          Reason.DISK_TABLE_OUTSIDE,
          "L1 table: expected at most "
              + Qcow2Format.MAX_L1_ENTRIES
              + " entries, found "
              + snapshot.l1Entries(),
          snapshot.range().start());
    }
    long end = snapshot.l1Offset() + snapshot.l1Entries() * Geometry.L1_ENTRY;
    if (snapshot.l1Offset() < 0
        || snapshot.l1Offset() % geometry.clusterSize() != 0
        || snapshot.l1Offset() > file.length()
        || end > file.length()) {
      throw malformed(
          Reason.DISK_TABLE_OUTSIDE,
          "L1 table: expected it at a cluster's start inside the file, found 0x"
              + Long.toHexString(snapshot.l1Offset()),
          snapshot.range().start());
    }
  }

  /** Reads all tables once: their sum must fit the file, and each may be named only once. */
  private long look() throws IOException {
    long[] tables = new long[64];
    int count = 0;
    long clusters = 0;
    long most = file.length() / geometry.clusterSize() + 1;
    long compressedBytes = 0;
    long result = 0;
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    for (long i = 0; i < entries; i++) {
      int at = (int) (i % (PIECE / Geometry.L1_ENTRY)) * Geometry.L1_ENTRY;
      if (at == 0) {
        piece.clear().limit((int) Math.min(PIECE, (entries - i) * Geometry.L1_ENTRY));
        file.copy(l1 + i * Geometry.L1_ENTRY, piece);
      }
      long offset = piece.getLong(at) & Qcow2Format.OFFSET_MASK;
      if (offset == 0) {
        continue;
      }
      if (count >= most) {
        throw shared("L2 tables", l1 + i * Geometry.L1_ENTRY);
      }
      tables = count == tables.length ? Arrays.copyOf(tables, count * 2) : tables;
      tables[count++] = offset;
      if (!load(offset)) {
        // an error where it is read
        result = (i + 1) * geometry.bytesPerL1Entry();
        continue;
      }
      ByteBuffer words = ByteBuffer.wrap(table);
      for (int j = 0; j < geometry.l2Entries(); j++) {
        long entry = words.getLong(j * geometry.l2EntrySize());
        boolean compressed = (entry & Qcow2Format.COMPRESSED) != 0;
        if (compressed) {
          compressedBytes += geometry.compressedLength(entry);
        } else if ((entry & Qcow2Format.OFFSET_MASK) != 0 && !isZero(entry)) {
          clusters++;
        } else {
          continue;
        }
        result = i * geometry.bytesPerL1Entry() + (j + 1L) * geometry.clusterSize();
      }
      if (clusters > most || compressedBytes / 4 > file.length()) {
        throw shared("clusters", offset);
      }
    }
    Arrays.sort(tables, 0, count);
    for (int i = 1; i < count; i++) {
      if (tables[i] == tables[i - 1]) {
        throw malformed(
            Reason.DISK_TABLE_SHARED,
            "L2 table: expected it to be named once, found more entries",
            tables[i]);
      }
    }
    return result;
  }

  private MalformedDataException shared(String what, long at) {
    return malformed(
        Reason.DISK_TABLE_SHARED,
        what + ": expected each to be named once, found more of them than the file has",
        at);
  }

  private boolean isZero(long entry) {
    return !geometry.extendedL2()
        && header.version() >= 3
        && (entry & (Qcow2Format.COMPRESSED | Qcow2Format.ZERO)) == Qcow2Format.ZERO;
  }

  private MalformedDataException malformed(Reason reason, String words, long at) {
    return new MalformedDataException(reason, words, at, path);
  }

  /** Brings a table into memory, unless it is not where a table can be. */
  private boolean load(long offset) throws IOException {
    if (offset % geometry.clusterSize() != 0 || geometry.clusterSize() > file.length() - offset) {
      return false;
    }
    if (tableAt != offset) {
      tableAt = -1;
      file.copy(offset, ByteBuffer.wrap(table));
      tableAt = offset;
    }
    return true;
  }

  @Override
  public long reach() {
    long per = geometry.bytesPerL1Entry();
    return entries > Long.MAX_VALUE / per ? Long.MAX_VALUE : entries * per;
  }

  /** Looks through the tables when it is called first. */
  @Override
  public synchronized long length() throws IOException {
    if (length < 0) {
      length = look();
    }
    return length;
  }

  @Override
  public synchronized Extent at(long offset) throws IOException {
    long per = geometry.bytesPerL1Entry();
    long index = offset / per;
    ByteBuffer word = ByteBuffer.allocate(Geometry.L1_ENTRY);
    file.copy(l1 + index * Geometry.L1_ENTRY, word);
    long l2 = word.getLong(0) & Qcow2Format.OFFSET_MASK;
    if (l2 == 0) {
      return hole(offset, (index + 1) * per - offset);
    }
    if (!load(l2)) {
      throw malformed(
          Reason.DISK_TABLE_OUTSIDE,
          "L2 table: expected it at a cluster's start inside the file, found 0x"
              + Long.toHexString(l2),
          l1 + index * Geometry.L1_ENTRY);
    }
    int in = (int) (offset % per >> geometry.clusterBits());
    int within = (int) (offset & (geometry.clusterSize() - 1));
    long entry = entry(in);
    if ((entry & Qcow2Format.COMPRESSED) != 0) {
      return new Extent(decompress(entry), within, geometry.clusterSize() - within);
    }
    return geometry.extendedL2() ? parts(offset, in, within) : run(offset, in, within, entry);
  }

  private long entry(int index) {
    return ByteBuffer.wrap(table).getLong(index * geometry.l2EntrySize());
  }

  /** Returns as many clusters as lie together, or are all zeros. */
  private Extent run(long offset, int in, int within, long entry) throws IOException {
    boolean zero = isZero(entry);
    long host = entry & Qcow2Format.OFFSET_MASK;
    check(entry, in);
    int size = geometry.clusterSize();
    int end = in + 1;
    if (zero || host == 0) {
      while (end < geometry.l2Entries() && (zero ? isZero(entry(end)) : entry(end) == 0)) {
        end++;
      }
      long length = (long) (end - in) * size - within;
      return zero ? new Extent(null, 0, length) : hole(offset, length);
    }
    while (end < geometry.l2Entries()
        && (entry(end) & ~Qcow2Format.COPIED) == host + (long) (end - in) * size) {
      end++;
    }
    return data(host + within, (long) (end - in) * size - within, in);
  }

  private void check(long entry, int in) throws IOException {
    long host = entry & Qcow2Format.OFFSET_MASK;
    long at = tableAt + (long) in * geometry.l2EntrySize();
    if (header.version() < 3 && (entry & Qcow2Format.ZERO) != 0) {
      throw malformed(
          Reason.DISK_CLUSTER, "L2 entry: expected no zero flag in version 2, found it", at);
    }
    if (host % geometry.clusterSize() != 0 && !isZero(entry)) {
      throw malformed(
          Reason.DISK_CLUSTER,
          "cluster: expected a multiple of the cluster size, found 0x" + Long.toHexString(host),
          at);
    }
  }

  /** What a last cluster that is cut short lacks reads as zeros. */
  private Extent data(long host, long length, int in) throws IOException {
    long left = file.length() - host;
    if (left > 0) {
      return new Extent(file, host, Math.min(left, length));
    }
    long cluster = host >> geometry.clusterBits() << geometry.clusterBits();
    if (cluster < file.length()) {
      return new Extent(null, 0, Math.min(length, cluster + geometry.clusterSize() - host));
    }
    throw malformed(
        Reason.DISK_CLUSTER,
        "cluster: expected it inside the file, found 0x" + Long.toHexString(host),
        tableAt + (long) in * geometry.l2EntrySize());
  }

  /** Returns subclusters that are alike. */
  private Extent parts(long offset, int in, int within) throws IOException {
    ByteBuffer words = ByteBuffer.wrap(table);
    long entry = words.getLong(in * 16);
    long bits = words.getLong(in * 16 + 8);
    long host = entry & Qcow2Format.OFFSET_MASK;
    check(entry, in);
    int size = geometry.clusterSize() / Qcow2Format.SUBCLUSTERS;
    if ((bits & bits >>> Qcow2Format.SUBCLUSTERS) != 0 || ((int) bits != 0 && host == 0)) {
      throw malformed(
          Reason.DISK_CLUSTER,
          "subclusters: expected each allocated, zero or neither, found 0x"
              + Long.toHexString(bits),
          tableAt + in * 16L + 8);
    }
    int first = within / size;
    int kind = kind(bits, first);
    int end = first + 1;
    while (end < Qcow2Format.SUBCLUSTERS && kind(bits, end) == kind) {
      end++;
    }
    long length = (long) end * size - within;
    if (end == Qcow2Format.SUBCLUSTERS && kind == 1) {
      length += whole(in + 1, host + geometry.clusterSize());
    }
    return switch (kind) {
      case 1 -> data(host + within, length, in);
      case 2 -> new Extent(null, 0, length);
      default -> hole(offset, length);
    };
  }

  /** Returns the length of the clusters, all of them allocated, that continue a run. */
  private long whole(int from, long expected) {
    ByteBuffer words = ByteBuffer.wrap(table);
    int in = from;
    long host = expected;
    while (in < geometry.l2Entries()
        && (words.getLong(in * 16) & ~Qcow2Format.COPIED) == host
        && words.getLong(in * 16 + 8) == 0xffff_ffffL) {
      in++;
      host += geometry.clusterSize();
    }
    return host - expected;
  }

  /** 1 allocated, 2 zeros, 0 neither. */
  private static int kind(long bits, int subcluster) {
    return (int) (bits >>> subcluster & 1)
        | (int) (bits >>> subcluster + Qcow2Format.SUBCLUSTERS & 1) << 1;
  }

  /** What is not allocated is zero, unless a backing file reaches so far. */
  private Extent hole(long offset, long length) throws UnsupportedFeatureException {
    backing.requireShort(offset, path);
    return new Extent(null, 0, length);
  }

  private HeapSource decompress(long entry) throws IOException {
    if (decompressedAt != entry) {
      long at = geometry.compressedOffset(entry);
      if (at >= file.length()) {
        throw malformed(
            Reason.DISK_CLUSTER,
            "compressed cluster: expected it inside the file, found 0x" + Long.toHexString(at),
            tableAt);
      }
      byte[] bytes = Clusters.decompress(file, header, at, geometry.compressedLength(entry), path);
      decompressed = new HeapSource(bytes, 0, new StructurePath());
      decompressedAt = entry;
    }
    return decompressed;
  }
}
