package org.vmstate.analyzer.check;

import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Where a PCI function has its option ROM. QEMU compares the bits of this base address that the
 * target's ROM leaves at zero, as many as its length, a power of two, has. Source: QEMU 10.0
 * hw/pci/pci.c.
 */
final class OptionRom {
  private static final int BASE = 0x30;
  private static final int BRIDGE_BASE = 0x38;

  /** Blocks are at least a page, ROMs may be less. */
  private static final long PAGE = 4096;

  /** Whether the ROM answers, which the guest writes. */
  private static final long ENABLED = 1;

  private OptionRom() {}

  /** Returns the offset of the base address in a configuration space. */
  static int base(byte[] space) {
    return (space[PciFormat.HEADER_TYPE] & 0x7f) == 0 ? BASE : BRIDGE_BASE;
  }

  /**
   * Returns the bits of the base address that a target keeps at zero, none where it has no ROM.
   *
   * @param section name of the function's section
   * @param blocks lengths of the target's RAM blocks
   */
  static long zeros(String section, Map<String, Long> blocks) {
    String device = section.substring(0, section.lastIndexOf('/') + 1);
    return blocks.entrySet().stream()
        .filter(e -> !device.isEmpty() && e.getKey().startsWith(device))
        .filter(e -> e.getKey().endsWith(".rom"))
        .mapToLong(Map.Entry::getValue)
        .filter(length -> length > PAGE && length <= 1L << 31)
        .map(length -> Long.highestOneBit(length * 2 - 1) - 1 & ~ENABLED)
        .findFirst()
        .orElse(0);
  }

  /** Returns the path of the base address in a decoded state, as a dump prints it. */
  static Optional<String> path(String before, StateNode state) {
    for (FieldNode field : state.fields()) {
      for (int i = 0; i < field.elements().size(); i++) {
        StateNode element = field.elements().get(i);
        String path =
            before + "." + field.desc().name() + (field.elements().size() > 1 ? "[" + i + "]" : "");
        boolean space =
            field.desc().typeName().equals(PciFormat.TYPE)
                || element.desc().name().equals(PciFormat.TYPE);
        Optional<String> found = space ? Optional.of(path + ".rom") : path(path, element);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }
}
