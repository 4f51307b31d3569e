package org.vmstate.writer.qcow2;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.qcow2.DiskLayout;
import org.vmstate.formats.qcow2.Geometry;

/**
 * Counts for clusters that follow the end of a disk image, in blocks that are there and in new
 * ones, which follow in turn and are counted, too.
 *
 * @param tableAt offset of the table that names all blocks: the old one, or a longer one
 * @param tableClusters its length
 * @param firstBlock index of the first block that counts one of the new clusters
 * @param blockAt offset of the first new block
 * @param blocks how many new blocks there are
 * @param end offset after all that is new
 */
record NewCounts(
    long tableAt, long tableClusters, long firstBlock, long blockAt, long blocks, long end) {

  /**
   * Finds how many blocks it takes; nothing is written.
   *
   * @param start offset of the first new cluster
   * @param end offset after the last one
   */
  static NewCounts plan(
      DiskLayout layout, Geometry geometry, ReferenceCounts counts, long start, long end)
      throws IOException {
    int size = geometry.clusterSize();
    long per = counts.perBlock();
    long first = start / size / per;
    long blocks = 0;
    long longer = 0;
    while (true) {
      long last = (end / size + blocks + longer - 1) / per;
      long missing = 0;
      for (long b = first; b <= last; b++) {
        missing += counts.block(b) == 0 ? 1 : 0;
      }
      long wanted = last < counts.entries() ? 0 : geometry.roundUp((last + 1) * Long.BYTES) / size;
      if (missing == blocks && wanted == longer) {
        break;
      }
      blocks = missing;
      longer = wanted;
    }
    long after = end + blocks * size;
    return longer == 0
        ? new NewCounts(
            layout.refcountTable(), layout.refcountClusters(), first, end, blocks, after)
        : new NewCounts(after, longer, first, end, blocks, after + longer * size);
  }

  private boolean isLonger(DiskLayout layout) {
    return tableAt != layout.refcountTable();
  }

  /** Writes the new blocks and, if there is one, the longer table; counts the new clusters once. */
  void write(DiskFile file, DiskLayout layout, ReferenceCounts counts, int size, long start)
      throws IOException {
    long per = counts.perBlock();
    ByteBuffer table = ByteBuffer.allocate(isLonger(layout) ? (int) tableClusters * size : 0);
    if (isLonger(layout)) {
      file.read(layout.refcountTable(), table.limit((int) layout.refcountClusters() * size));
    }
    long free = blockAt;
    for (long b = firstBlock; b * per < end / size; b++) {
      long from = Math.max(start / size, b * per);
      long to = Math.min(end / size, (b + 1) * per);
      if (counts.block(b) != 0) {
        for (long c = from; c < to; c++) {
          counts.set(c, 1);
        }
        continue;
      }
      ByteBuffer block = ByteBuffer.allocate(size);
      for (long c = from; c < to; c++) {
        ReferenceCounts.set(block, layout.refcountOrder(), (int) (c % per), 1);
      }
      file.write(free, block);
      if (isLonger(layout)) {
        table.clear().putLong((int) b * Long.BYTES, free);
      }
      free += size;
    }
    counts.flush();
    if (isLonger(layout)) {
      file.write(tableAt, table.clear());
    }
    // the last cluster whole
    if (file.size() < end) {
      file.write(end - 1, ByteBuffer.allocate(1));
    }
  }

  /** Names the new blocks in the table that is in use, once they are on disk. */
  void link(DiskFile file, DiskLayout layout, ReferenceCounts counts, int size) throws IOException {
    if (isLonger(layout) || blocks == 0) {
      return;
    }
    long at = blockAt;
    for (long b = firstBlock; at < blockAt + blocks * size; b++) {
      if (counts.block(b) == 0) {
        file.be64(tableAt + b * Long.BYTES, at);
        at += size;
      }
    }
    file.force();
  }
}
