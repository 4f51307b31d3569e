package org.vmstate.formats.stream;

import java.util.Map;
import java.util.regex.Pattern;

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
      Map.ofEntries(
          Map.entry("sun4u", 13),
          Map.entry("sun4v", 13),
          Map.entry("niagara", 13),
          Map.entry("clipper", 13),
          Map.entry("or1k-sim", 13),
          Map.entry("tricore_testboard", 14),
          Map.entry("KIT_AURIX_TC277_TRB", 14),
          Map.entry("arduino-uno", 8),
          Map.entry("arduino-duemilanove", 8),
          Map.entry("arduino-mega", 8),
          Map.entry("arduino-mega-2560-v3", 8));

  /** Machine types, vendors' names among them, whose target pages have the size that is usual. */
  private static final Pattern USUAL =
      Pattern.compile(
          "pc|q35|isapc|microvm|xenpv|xenfv|(pc|xenfv|virt|s390-ccw-virtio|pseries)-.*"
              + "|s390-ccw-virtio|pseries");

  private PageSizes() {}

  /**
   * Reports whether the machine type alone says the page size. Boards of 32-bit Arm have pages of 1
   * KiB or 4 KiB by their CPU, and {@code virt} is a machine of several architectures.
   */
  public static boolean isSaidBy(String machine) {
    return USUAL.matcher(machine).matches() || BY_MACHINE.containsKey(machine);
  }

  /** Returns log2 of the target page size in bytes for a machine type without an announcement. */
  public static int bitsOf(String machine) {
    return BY_MACHINE.getOrDefault(machine, DEFAULT_BITS);
  }
}
