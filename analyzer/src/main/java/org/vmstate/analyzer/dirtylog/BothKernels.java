package org.vmstate.analyzer.dirtylog;

import java.io.IOException;
import java.util.BitSet;

/** The model and the real kernel side by side: a difference ends the run. */
public final class BothKernels implements KernelLog {
  private final ModelKernel model;
  private final KernelLog real;

  /** Compares from here on; both have no dirty page. */
  public BothKernels(KernelLog real) {
    this.model = new ModelKernel(real.pages());
    this.real = real;
  }

  @Override
  public int pages() {
    return model.pages();
  }

  @Override
  public void write(int page) throws IOException {
    model.write(page);
    real.write(page);
  }

  @Override
  public BitSet get() throws IOException {
    BitSet expected = model.get();
    BitSet found = real.get();
    if (!expected.equals(found)) {
      throw new IOException("kernel: expected dirty pages " + expected + ", found " + found);
    }
    return found;
  }

  @Override
  public void clear(int first, int count, BitSet bits) throws IOException {
    model.clear(first, count, bits);
    real.clear(first, count, bits);
  }

  /** Clears everything, for the next sequence; the real slot stays open. */
  @Override
  public void close() throws IOException {
    real.clear(0, real.pages(), real.get());
  }
}
