package org.vmstate.analyzer.output;

/** Is told how far a long operation is; may be called by several threads. */
public interface Progress {
  /** Shows nothing. */
  Progress NONE = (offset, total) -> {};

  /**
   * Accepts the offset reached in the input.
   *
   * @param total length of the input in bytes, or -1 while it is not known
   */
  void at(long offset, long total);
}
