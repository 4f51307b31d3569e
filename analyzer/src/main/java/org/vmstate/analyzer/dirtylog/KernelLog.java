package org.vmstate.analyzer.dirtylog;

import java.io.IOException;
import java.util.BitSet;

/** The dirty log of one memory slot, with manual protection. */
public interface KernelLog extends AutoCloseable {
  /** Pages to which a range of {@link #clear} is aligned. */
  int ALIGNMENT = 64;

  /** Returns the pages of the slot. */
  int pages();

  /** Lets the guest write to a page. */
  void write(int page) throws IOException;

  /** Returns the pages written since their bits were cleared; they stay set. */
  BitSet get() throws IOException;

  /**
   * Clears bits.
   *
   * @param first first page of the range, a multiple of {@value #ALIGNMENT}
   * @param count pages, a multiple of that or up to the slot's end
   * @param bits pages of the slot to clear, all of them in the range
   */
  void clear(int first, int count, BitSet bits) throws IOException;

  @Override
  void close() throws IOException;
}
