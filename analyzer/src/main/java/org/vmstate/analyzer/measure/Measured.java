package org.vmstate.analyzer.measure;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an output would be.
 *
 * @param format its layout
 * @param align alignment of its page areas, where it has some
 * @param size length in bytes
 * @param allocated bytes of the blocks that hold something, of {@value BlockMap#BLOCK} bytes each
 * @param runs runs of such blocks, with holes between them
 * @param impossible why there is no such output; the numbers then mean nothing
 */
public record Measured(
    String format,
    OptionalLong align,
    long size,
    long allocated,
    long runs,
    Optional<String> impossible) {

  /** Unit in which {@code stat} counts blocks. */
  private static final int SECTOR = 512;

  static Measured impossible(String format, OptionalLong align, String reason) {
    return new Measured(format, align, 0, 0, 0, Optional.of(reason));
  }

  /** Returns the blocks as {@code stat} counts them, of 512 bytes. */
  public long blocks() {
    return allocated / SECTOR;
  }
}
