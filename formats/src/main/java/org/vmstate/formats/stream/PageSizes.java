package org.vmstate.formats.stream;

import java.util.Map;

/**
 * Target page sizes of the emulators whose streams do not say. Source: QEMU 10.0 target headers.
 */
public final class PageSizes {
  /** log2 of the least target page size in bytes. */
  public static final int MIN_BITS = 8;

  /** log2 of the largest target page size in bytes. */
  public static final int MAX_BITS = 19;

  /** log2 of the page size of most targets. */
  public static final int DEFAULT_BITS = 12;

  private static final Map<String, Integer> BY_MACHINE =
      Map.of(
          "sun4u", 13,
          "sun4v", 13,
          "niagara", 13,
          "clipper", 13,
          "or1k-sim", 13,
          "tricore_testboard", 14,
          "KIT_AURIX_TC277_TRB", 14,
          "arduino-uno", 8,
          "mega2560", 8);

  private PageSizes() {}

  /** Returns log2 of the target page size in bytes for a machine type without an announcement. */
  public static int bitsOf(String machine) {
    return BY_MACHINE.getOrDefault(machine, DEFAULT_BITS);
  }
}
