package org.vmstate.analyzer.physical;

import java.util.List;

/**
 * The guest-physical memory.
 *
 * @param ranges ascending and disjoint
 * @param certainty how sure it is
 * @param basis what it was made from, for people
 * @param leftOut names of blocks that may be memory, and of which nothing says what they are
 */
public record PhysicalMap(
    List<PhysicalRange> ranges, Certainty certainty, List<String> basis, List<String> leftOut) {
  /** A map that leaves nothing out. */
  public PhysicalMap(List<PhysicalRange> ranges, Certainty certainty, List<String> basis) {
    this(ranges, certainty, basis, List.of());
  }

  /** How sure a map is. */
  public enum Certainty {
    /** The user gave it. */
    GIVEN("given"),
    /** The machine's rules and its device state tell it. */
    KNOWN("known"),
    /** The machine's rules tell it, nothing in the image confirms it. */
    LIKELY("likely"),
    /** Something had to be guessed. */
    GUESSED("guessed"),
    /** Nothing is known about this machine. */
    UNKNOWN("unknown");

    private final String label;

    Certainty(String label) {
      this.label = label;
    }

    /** Returns the name used in reports. */
    public String label() {
      return label;
    }
  }

  /** Returns the ranges that are not firmware, or all when there is nothing else. */
  public List<PhysicalRange> memory() {
    List<PhysicalRange> memory = ranges.stream().filter(r -> !r.rom()).toList();
    return memory.isEmpty() ? ranges : memory;
  }

  /** Returns the address after the last byte of memory that is not firmware. */
  public long memoryEnd() {
    return ranges.stream().filter(r -> !r.rom()).mapToLong(PhysicalRange::end).max().orElse(0);
  }

  /** Returns how many bytes are mapped. */
  public long length() {
    return ranges.stream().mapToLong(PhysicalRange::length).sum();
  }
}
