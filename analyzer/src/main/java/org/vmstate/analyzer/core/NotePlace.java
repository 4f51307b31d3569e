package org.vmstate.analyzer.core;

import java.util.Comparator;
import org.vmstate.formats.ram.RamBlock;

/**
 * Where a note begins.
 *
 * @param block index of the RAM block
 * @param offset offset in bytes from the block's beginning
 */
public record NotePlace(int block, long offset) implements Comparable<NotePlace> {
  private static final Comparator<NotePlace> ORDER =
      Comparator.comparingInt(NotePlace::block).thenComparingLong(NotePlace::offset);

  static NotePlace of(RamBlock block, long page) {
    return new NotePlace(block.index(), page * block.pageSize());
  }

  @Override
  public int compareTo(NotePlace other) {
    return ORDER.compare(this, other);
  }
}
