package org.vmstate.parser.qcow2;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * Lays out a qcow2 image by hand: header, snapshot table, the snapshot's L1 table, then for each L2
 * table the table and its clusters. There are no reference counts, which a reader does not need.
 */
final class DiskBuilder {
  int version = 3;
  int clusterBits = 9;
  boolean extended;
  boolean zstd;
  boolean compressed;
  boolean zeroFlags;
  long diskSize = 1 << 20;
  long headerDiskSize = -1;
  int extra = 24;
  String id = "1";
  String name = "state";
  int snapshots = 1;
  long recorded = -1;
  byte[] state;

  /** Where things are, for tests that break them. */
  int table;

  int l1;
  int firstL1;
  int firstL2;
  int firstCluster;

  private final Bytes out = new Bytes();

  DiskBuilder(byte[] state) {
    this.state = state;
  }

  int clusterSize() {
    return 1 << clusterBits;
  }

  private int align() {
    int odd = out.size() % clusterSize();
    out.writeBytes(new byte[odd == 0 ? 0 : clusterSize() - odd]);
    return out.size();
  }

  private int entrySize() {
    return extended ? 16 : 8;
  }

  private int entries() {
    return clusterSize() / entrySize();
  }

  byte[] build() {
    int clusters = (state.length + clusterSize() - 1) / clusterSize();
    long per = (long) clusterSize() * entries();
    int index = (int) ((diskSize + per - 1) / per);
    int tables = (clusters + entries() - 1) / entries();
    out.writeBytes(new byte[112]);
    table = align();
    for (int i = 0; i < snapshots; i++) {
      out.writeBytes(new byte[(8 - out.size() % 8) % 8]);
      out.writeBytes(new byte[40 + extra + id.length()]);
      out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
    }
    l1 = align();
    firstL1 = l1 + index * 8;
    ByteBuffer l1Table = ByteBuffer.allocate((index + tables) * 8);
    out.writeBytes(l1Table.array());
    for (int t = 0; t < tables; t++) {
      int l2 = align();
      firstL2 = t == 0 ? l2 : firstL2;
      l1Table.putLong((index + t) * 8, l2);
      byte[] words = new byte[clusterSize()];
      ByteBuffer l2Table = ByteBuffer.wrap(words);
      out.writeBytes(words);
      for (int i = 0; i < entries() && t * entries() + i < clusters; i++) {
        cluster(t * entries() + i, l2Table, i * entrySize());
      }
      patch(l2, words);
    }
    patch(l1, l1Table.array());
    patch(0, header());
    byte[] entry = entry(index + tables);
    for (int i = 0, at = table; i < snapshots; i++, at = (at + entry.length + 7) / 8 * 8) {
      patch(at, entry);
    }
    return out.toByteArray();
  }

  private void cluster(int number, ByteBuffer table, int at) {
    byte[] data = Arrays.copyOfRange(state, number * clusterSize(), (number + 1) * clusterSize());
    if (zeroFlags && Arrays.equals(data, new byte[data.length])) {
      table.putLong(at, extended ? 0 : 1);
      if (extended) {
        table.putLong(at + 8, 0xffff_ffffL << 32);
      }
      return;
    }
    if (compressed) {
      byte[] compressed = compress(data);
      long sectors = (out.size() % 512 + compressed.length + 511) / 512 - 1;
      table.putLong(at, 1L << 62 | sectors << (62 - (clusterBits - 8)) | out.size());
      out.writeBytes(compressed);
      return;
    }
    firstCluster = number == 0 ? align() : firstCluster;
    table.putLong(at, align() | 1L << 63);
    if (extended) {
      // every other subcluster that is zero is said to be so, the others are not allocated
      int size = clusterSize() / 32;
      long bits = 0;
      for (int i = 0; i < 32; i++) {
        boolean zero = Arrays.mismatch(data, i * size, (i + 1) * size, new byte[size], 0, size) < 0;
        bits |= zero ? (i % 2 == 0 ? 1L << 32 + i : 0) : 1L << i;
      }
      table.putLong(at + 8, bits);
    }
    out.writeBytes(data);
  }

  private byte[] compress(byte[] data) {
    if (zstd) {
      return Zstd.compress(data);
    }
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(data);
    deflater.finish();
    byte[] compressed = new byte[data.length * 2 + 64];
    return Arrays.copyOf(compressed, deflater.deflate(compressed));
  }

  /** Bytes that can be written again. */
  private static final class Bytes extends ByteArrayOutputStream {
    void patch(int at, byte[] bytes) {
      System.arraycopy(bytes, 0, buf, at, bytes.length);
    }
  }

  private void patch(int at, byte[] bytes) {
    out.patch(at, bytes);
  }

  private byte[] header() {
    ByteBuffer h = ByteBuffer.allocate(112);
    h.putInt(0x514649fb).putInt(version).position(20);
    h.putInt(clusterBits).putLong(headerDiskSize < 0 ? diskSize : headerDiskSize);
    h.putInt(60, snapshots).putLong(64, table);
    if (version == 3) {
      h.putLong(72, (zstd ? 8 : 0) | (extended ? 16 : 0));
      h.putInt(96, 4).putInt(100, 112).put(104, (byte) (zstd ? 1 : 0));
    }
    return version == 3 ? h.array() : Arrays.copyOf(h.array(), 72);
  }

  private byte[] entry(int l1Entries) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer e = ByteBuffer.allocate(40 + extra + id.length() + text.length);
    long size = recorded < 0 ? state.length : recorded;
    e.putLong(l1).putInt(l1Entries).putShort((short) id.length()).putShort((short) text.length);
    e.putInt(32, (int) size).putInt(36, extra);
    if (extra >= 8) {
      e.putLong(40, size);
    }
    if (extra >= 16) {
      e.putLong(48, diskSize);
    }
    if (extra >= 24) {
      e.putLong(56, -1);
    }
    e.position(40 + extra);
    e.put(id.getBytes(StandardCharsets.US_ASCII)).put(text);
    return e.array();
  }

  /** Writes the image into a folder. */
  Path write(Path folder) throws IOException {
    return Files.write(folder.resolve("disk.qcow2"), build());
  }
}
