package org.vmstate.analyzer.dirtylog;

import java.util.BitSet;

/** The kernel's side as its documentation describes it. */
public final class ModelKernel implements KernelLog {
  private final int pages;
  private final BitSet dirty = new BitSet();

  /** Makes a slot of which no page was written. */
  public ModelKernel(int pages) {
    this.pages = pages;
  }

  @Override
  public int pages() {
    return pages;
  }

  @Override
  public void write(int page) {
    dirty.set(page);
  }

  @Override
  public BitSet get() {
    return (BitSet) dirty.clone();
  }

  @Override
  public void clear(int first, int count, BitSet bits) {
    boolean ends = first + count == pages;
    if (first % ALIGNMENT != 0 || count % ALIGNMENT != 0 && !ends || first + count > pages) {
      throw new IllegalArgumentException("range of " + count + " pages from " + first);
    }
    dirty.andNot(bits);
  }

  boolean isDirty(int page) {
    return dirty.get(page);
  }

  @Override
  public void close() {}
}
