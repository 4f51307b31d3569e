package org.vmstate.analyzer.physical;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmstate.analyzer.physical.PhysicalMap.Certainty;
import org.vmstate.formats.ram.RamBlock;

/**
 * Reports which blocks of any name are the machine's memory, in which order, and which are plugged
 * in beside it.
 */
final class Backends {
  /** Names of QEMU's own blocks: of devices, firmware and fw_cfg. */
  private static final Pattern OWN =
      Pattern.compile(
          "/rom@.*|[0-9a-f]{4}:[0-9a-f]{2}:.*|.*\\.(bios|rom|mrom|flash\\d|vram.*)|isa-bios");

  private static final Pattern PLUGGED = Pattern.compile("(/objects/)?.*(dimm|pmem|virtiomem).*");

  /** A path of the object tree: what the user gave, and no device made. */
  private static final String OBJECTS = "/objects/";

  /** Of a library's names: libvirt's NUMA nodes, memory shared with other guests. */
  private static final Pattern FOREIGN = Pattern.compile("tpm-.*|(.*/)?shmmem-.*");

  private static final long LEAST_MEMORY = 1L << 20;

  /** Whole huge pages: no buffer of a device, as a rule. */
  private static final long DIMM_UNIT = 2L << 20;

  private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d+)");

  private final List<RamBlock> memory = new ArrayList<>();
  private final List<RamBlock> plugged = new ArrayList<>();
  private final List<RamBlock> unknown = new ArrayList<>();
  private final List<String> basis = new ArrayList<>();
  private final StateFacts facts;
  private final Supplier<AcpiMemory> acpi;
  private Certainty certainty = Certainty.KNOWN;

  /**
   * Sorts the blocks.
   *
   * @param facts what the image tells
   * @param main name of the machine's one block, which is there without NUMA backends
   * @param total length of the machine's memory, 0 when it is not known
   * @param acpi the guest's tables, asked only when the names do not do
   */
  Backends(StateFacts facts, String main, long total, Supplier<AcpiMemory> acpi) {
    this.facts = facts;
    this.acpi = acpi;
    List<RamBlock> candidates = new ArrayList<>();
    for (RamBlock block : facts.blocks()) {
      if (block.name().equals(main)) {
        memory.add(block);
      } else if (!OWN.matcher(block.name()).matches()) {
        candidates.add(block);
      }
    }
    List<RamBlock> large =
        candidates.stream()
            .filter(b -> b.usedLength() >= LEAST_MEMORY && !FOREIGN.matcher(b.name()).matches())
            .toList();
    if (memory.isEmpty()) {
      // one block has no order
      choose(large, total, large.size() > 1 ? acpi.get().nodeLengths() : new long[0]);
    }
    candidates.removeAll(memory);
    for (RamBlock block : candidates) {
      (isPlugged(block) ? plugged : unknown).add(block);
    }
    byAddress();
    plugged.sort((a, b) -> naturally(a.name(), b.name()));
  }

  private void choose(List<RamBlock> candidates, long total, long[] nodes) {
    List<RamBlock> left = new ArrayList<>(candidates);
    if (nodes.length > 1 && chosenByLength(left, nodes)) {
      basis.add("nodes of the ACPI SRAT");
    } else {
      memory.clear();
      left = new ArrayList<>(candidates);
      long sum = 0;
      for (RamBlock block : candidates) {
        boolean fits = total == 0 || sum + block.usedLength() <= total;
        if (fits && !PLUGGED.matcher(block.name()).matches()) {
          memory.add(block);
          left.remove(block);
          sum += block.usedLength();
        }
      }
      memory.sort((a, b) -> naturally(a.name(), b.name()));
      certainty = memory.size() > 1 ? Certainty.GUESSED : Certainty.LIKELY;
      basis.add("memory backends in the order of their names");
    }
  }

  /**
   * Reports whether a block is a DIMM: the domain XML or its name says so, or it is a backend of
   * the user's on a machine that has room for DIMMs. A device's buffer is neither.
   */
  private boolean isPlugged(RamBlock block) {
    String name = block.name();
    if (facts.dimms().base(name).isPresent()) {
      return true;
    }
    if (FOREIGN.matcher(name).matches()) {
      return false;
    }
    return PLUGGED.matcher(name).matches()
        || block.usedLength() % DIMM_UNIT == 0
            && !facts.sharesMemory()
            && (name.startsWith(OBJECTS) || acpi.get().hotplugBase().isPresent());
  }

  /** With x-ignore-shared each block has its address among the others. */
  private void byAddress() {
    List<RamBlock> sorted = new ArrayList<>(memory);
    sorted.sort((a, b) -> Long.compare(a.address(), b.address()));
    long at = 0;
    for (RamBlock block : sorted) {
      if (block.address() != at) {
        return;
      }
      at += block.usedLength();
    }
    if (memory.size() > 1) {
      memory.clear();
      memory.addAll(sorted);
      certainty = Certainty.KNOWN;
      basis.clear();
      basis.add("addresses of x-ignore-shared");
    }
  }

  /**
   * Gives each node the first block of its length; blocks of one length stand as they were made.
   */
  private boolean chosenByLength(List<RamBlock> left, long[] nodes) {
    for (long length : nodes) {
      List<RamBlock> fitting = left.stream().filter(b -> b.usedLength() == length).toList();
      if (fitting.isEmpty()) {
        return false;
      }
      RamBlock chosen = fitting.getFirst();
      memory.add(chosen);
      left.remove(chosen);
      certainty = fitting.size() > 1 ? Certainty.GUESSED : certainty;
    }
    return true;
  }

  /** Orders mem2 before mem10. */
  private static int naturally(String a, String b) {
    Matcher x = NUMBERED.matcher(a);
    Matcher y = NUMBERED.matcher(b);
    if (x.matches() && y.matches() && x.group(1).equals(y.group(1))) {
      int shorter = Integer.compare(x.group(2).length(), y.group(2).length());
      return shorter != 0 ? shorter : x.group(2).compareTo(y.group(2));
    }
    return a.compareTo(b);
  }

  /** Returns the machine's memory in address order. */
  List<RamBlock> memory() {
    return memory;
  }

  /** Returns DIMMs and the like. */
  List<RamBlock> plugged() {
    return plugged;
  }

  /** Returns what nothing says the use of. */
  List<RamBlock> unknown() {
    return unknown;
  }

  Certainty certainty() {
    return certainty;
  }

  List<String> basis() {
    return basis;
  }
}
