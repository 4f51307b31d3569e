package org.vmstate.writer.qcow2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.vmstate.formats.qcow2.Geometry;
import org.vmstate.formats.qcow2.Qcow2Format;

/** The reference counts of a disk image: a table of blocks, each a cluster of counts. */
final class ReferenceCounts {
  private final DiskFile file;
  private final int order;
  private final int clusterBits;
  private final long table;
  private final long entries;

  /** The block that was used last. */
  private long blockAt = -1;

  private boolean changed;
  private final ByteBuffer block;

  ReferenceCounts(DiskFile file, Geometry geometry, int order, long table, long tableClusters) {
    this.file = file;
    this.order = order;
    this.table = table;
    clusterBits = geometry.clusterBits();
    entries = tableClusters * geometry.clusterSize() / Long.BYTES;
    block = ByteBuffer.allocate(geometry.clusterSize());
  }

  /** Returns how many counts a block has. */
  long perBlock() {
    return block.capacity() * 8L >>> order;
  }

  /** Returns how many blocks the table can name. */
  long entries() {
    return entries;
  }

  /** Returns where a block lies, 0 when there is none. */
  long block(long index) throws IOException {
    return index < entries ? file.be64(table + index * Long.BYTES) & Qcow2Format.OFFSET_MASK : 0;
  }

  /**
   * Requires all blocks to lie in the file, where the last one may be shorter, and apart: what is
   * counted in one that is something else, too, would overwrite that.
   *
   * @param others offset and end of what else is known to lie in the file
   */
  void requireApart(long[][] others) throws IOException {
    int size = block.capacity();
    long[] blocks = new long[Math.toIntExact(entries)];
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = block(b);
      if (blocks[b] % size != 0 || blocks[b] >= file.size()) {
        throw new IOException(
            "refcount block: expected it at a cluster's start inside the file, found 0x"
                + Long.toHexString(blocks[b])
                + "; see qemu-img check");
      }
    }
    Arrays.sort(blocks);
    for (int b = 0; b < blocks.length; b++) {
      long at = blocks[b];
      boolean shared = b > 0 && at == blocks[b - 1];
      for (long[] other : others) {
        shared |= at < other[1] && at + size > other[0];
      }
      if (at != 0 && shared) {
        throw new IOException(
            "refcount block: expected a cluster of its own, found 0x"
                + Long.toHexString(at)
                + ", which is something else, too; see qemu-img check");
      }
    }
  }

  private boolean load(long cluster) throws IOException {
    long at = block(cluster / perBlock());
    if (at == 0) {
      return false;
    }
    if (at != blockAt) {
      flush();
      block.clear();
      file.read(at, block);
      blockAt = at;
    }
    return true;
  }

  /** Writes the counts that were changed last. */
  void flush() throws IOException {
    if (changed) {
      file.write(blockAt, block.duplicate().clear());
      changed = false;
    }
  }

  /** Returns the largest count. */
  long most() {
    return order == 6 ? Long.MAX_VALUE : (1L << (1 << order)) - 1;
  }

  /** Returns a cluster's count, 0 where there is no block. */
  long get(long cluster) throws IOException {
    return load(cluster) ? get(block, order, (int) (cluster % perBlock())) : 0;
  }

  /** Changes a cluster's count; flush follows. */
  void set(long cluster, long count) throws IOException {
    if (!load(cluster)) {
      throw new IOException(
          "refcounts: expected a block for cluster 0x" + Long.toHexString(cluster << clusterBits));
    }
    set(block, order, (int) (cluster % perBlock()), count);
    changed = true;
  }

  private static long get(ByteBuffer block, int order, int index) {
    return switch (order) {
      case 6 -> block.getLong(index * 8);
      case 5 -> block.getInt(index * 4) & 0xffffffffL;
      case 4 -> block.getShort(index * 2) & 0xffff;
      case 3 -> block.get(index) & 0xff;
      default -> {
        int width = 1 << order;
        int bit = index * width;
        yield block.get(bit / 8) >>> bit % 8 & ((1 << width) - 1);
      }
    };
  }

  /** Puts a count into a block. */
  static void set(ByteBuffer block, int order, int index, long count) {
    switch (order) {
      case 6 -> block.putLong(index * 8, count);
      case 5 -> block.putInt(index * 4, (int) count);
      case 4 -> block.putShort(index * 2, (short) count);
      case 3 -> block.put(index, (byte) count);
      default -> {
        int width = 1 << order;
        int bit = index * width;
        int mask = ((1 << width) - 1) << bit % 8;
        block.put(bit / 8, (byte) (block.get(bit / 8) & ~mask | count << bit % 8 & mask));
      }
    }
  }

  /** Returns the number after the last cluster that is counted. */
  long end() throws IOException {
    for (long b = entries - 1; b >= 0; b--) {
      if (block(b) != 0) {
        for (long i = perBlock() - 1; i >= 0; i--) {
          if (get(b * perBlock() + i) != 0) {
            return b * perBlock() + i + 1;
          }
        }
      }
    }
    return 0;
  }
}
