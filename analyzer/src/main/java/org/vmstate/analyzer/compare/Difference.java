package org.vmstate.analyzer.compare;

import java.util.List;

/**
 * Something that differs.
 *
 * @param kind which part of the state
 * @param path what it is, such as {@code timer 0.cpu_ticks} or a block's name
 * @param first value in the first image, empty when it has none
 * @param second value in the second image
 * @param pages pages that differ, of memory
 * @param bytes bytes that differ, of memory
 * @param runs where they are, the first of them
 */
public record Difference(
    Kind kind, String path, String first, String second, long pages, long bytes, List<Run> runs) {
  /** Parts of a state. */
  public enum Kind {
    /** Header and strings of libvirt. */
    LIBVIRT("libvirt"),
    /** Machine type, UUID, page size. */
    CONFIGURATION("configuration"),
    /** A RAM block. */
    MEMORY("memory"),
    /** A field of a device. */
    DEVICE("device"),
    /** How the state is written; only told when asked for. */
    LAYOUT("layout");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** Returns the name used in reports. */
    public String label() {
      return label;
    }
  }

  /**
   * Pages that differ one after the other.
   *
   * @param first offset of the first byte in the block
   * @param length bytes
   */
  public record Run(long first, long length) {}

  static Difference of(Kind kind, String path, String first, String second) {
    return new Difference(kind, path, first, second, 0, 0, List.of());
  }
}
