package org.vmstate.parser.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.vmstate.formats.container.VmaFormat;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.Extents;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.io.TemporaryFile;

/**
 * The clusters of a device, which may come in any order: each has the offset of its first stored
 * block and the mask of those that are stored; the others are zeros.
 */
final class VmaBlocks implements Extents {
  private static final int MASK_BITS = 16;
  private static final long ABSENT = -1;

  private final ByteSource file;
  private final TemporaryFile kept;
  private SourceBytes content;
  private ByteSource owner;

  /** Offset and mask of each cluster. */
  private long[] clusters = new long[64];

  /** One more than the largest number. */
  private int count;

  private int present;
  private boolean ordered = true;
  private long appended;

  /**
   * Starts without clusters.
   *
   * @param kept where blocks go of a source that cannot be sought, else null
   */
  VmaBlocks(ByteSource file, TemporaryFile kept) {
    this.file = file;
    this.kept = kept;
    content = file;
    owner = file;
    Arrays.fill(clusters, ABSENT);
  }

  /** Adds a cluster whose stored blocks start at the cursor, and moves after them. */
  void add(long number, int mask, long slotAt) throws IOException {
    if (number >= VmaFormat.MOST_CLUSTERS) {
      throw file.limitExceeded(
          Reason.HOLDER_LIMIT,
          "vmstate: cluster " + number + ", the limit is " + VmaFormat.MOST_CLUSTERS,
          slotAt);
    }
    int index = (int) number;
    if (index >= clusters.length) {
      int old = clusters.length;
      clusters = Arrays.copyOf(clusters, Math.max(index + 1, old * 2));
      Arrays.fill(clusters, old, clusters.length, ABSENT);
    }
    if (clusters[index] != ABSENT) {
      throw file.malformed(
          Reason.HOLDER_DAMAGED,
          "vmstate: expected each cluster once, found " + number + " again",
          slotAt);
    }
    int length = Integer.bitCount(mask) * VmaFormat.BLOCK;
    long at = file.position();
    if (kept == null) {
      file.skip(length);
    } else {
      at = appended;
      kept.append(ByteBuffer.wrap(file.bytes(length, length, "blocks")));
      appended += length;
    }
    ordered &= index == count;
    clusters[index] = at << MASK_BITS | mask;
    count = Math.max(count, index + 1);
    present++;
  }

  /** Makes sure that no cluster is missing. */
  void requireAll() throws IOException {
    if (count == 0 || present < count) {
      int missing = 0;
      while (missing < count && clusters[missing] != ABSENT) {
        missing++;
      }
      throw file.malformed(
          Reason.HOLDER_DAMAGED,
          "vmstate: expected all clusters up to "
              + Math.max(0, count - 1)
              + ", found no "
              + missing,
          file.position());
    }
    if (kept != null) {
      ByteSource blocks = kept.source(0, new StructurePath());
      content = blocks;
      owner = blocks;
    }
  }

  /** Reports whether each cluster came after the one before it, as a restore expects them. */
  boolean isOrdered() {
    return ordered;
  }

  /** Returns what has to be closed with the state. */
  ByteSource owner() {
    return owner;
  }

  /** Gives up what was kept. */
  void discard() throws IOException {
    if (kept != null) {
      kept.close();
    }
  }

  @Override
  public long length() {
    return (long) count * VmaFormat.CLUSTER;
  }

  /** Returns where the stream ends: the archive has whole clusters, filled up with zeros. */
  long end() throws IOException {
    long at = length();
    while (at > 0) {
      long start = at - VmaFormat.BLOCK;
      Extent extent = at(start);
      if (extent.content() != null) {
        ByteBuffer block = ByteBuffer.allocate(VmaFormat.BLOCK);
        content.copy(extent.offset(), block);
        for (int i = VmaFormat.BLOCK - 1; i >= 0; i--) {
          if (block.get(i) != 0) {
            boolean described = block.get(i) == StreamFormat.END_OF_DESCRIPTION;
            return Math.min(length(), start + i + (described ? 1 : 2));
          }
        }
      }
      at = start;
    }
    return length();
  }

  @Override
  public Extent at(long offset) {
    long word = clusters[(int) (offset / VmaFormat.CLUSTER)];
    int mask = (int) word & 0xffff;
    int within = (int) (offset % VmaFormat.CLUSTER);
    int block = within / VmaFormat.BLOCK;
    boolean stored = (mask >>> block & 1) != 0;
    int end = block + 1;
    while (end < VmaFormat.BLOCKS && (mask >>> end & 1) != 0 == stored) {
      end++;
    }
    long length = (long) end * VmaFormat.BLOCK - within;
    if (!stored) {
      return new Extent(null, 0, length);
    }
    long before = (long) Integer.bitCount(mask & ((1 << block) - 1)) * VmaFormat.BLOCK;
    return new Extent(content, (word >>> MASK_BITS) + before + within % VmaFormat.BLOCK, length);
  }
}
