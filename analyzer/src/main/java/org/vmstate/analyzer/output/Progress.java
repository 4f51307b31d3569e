package org.vmstate.analyzer.output;

/** Is told how far a long operation is; may be called by several threads. */
public interface Progress {
  /** Processors of which one is free even while an image is checked and copied. */
  int MANY = 4;

  /** Shows nothing. */
  Progress NONE = (offset, total) -> {};

  /**
   * Accepts the offset reached in the input.
   *
   * @param total length of the input in bytes, or -1 while it is not known
   */
  void at(long offset, long total);

  /** Reports whether a processor is free for another thread, as far as is known. */
  default boolean hasProcessor() {
    return Runtime.getRuntime().availableProcessors() >= MANY;
  }
}
