package org.vmstate.analyzer.core;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.analyzer.physical.PhysicalRange;

/**
 * Chooses among the VMCOREINFO notes in memory: the one that the device {@code vmcoreinfo} names,
 * else that of the lowest address. Source: QEMU 10.0 hw/misc/vmcoreinfo.c, dump/dump.c.
 */
public final class NoteChoice {
  private static final int FORMAT_ELF = 1;

  /** QEMU takes no longer one. */
  private static final long MOST = 1 << 20;

  private final GuestNote found;
  private final List<PhysicalRange> ranges;
  private final Consumer<String> told;

  /** Chooses among notes that were found in the physical memory. */
  public NoteChoice(GuestNote found, List<PhysicalRange> ranges, Consumer<String> told) {
    this.found = found;
    this.ranges = ranges;
    this.told = told;
  }

  /**
   * Returns a note with its header, empty when there is none.
   *
   * @param device state of the device that names the guest's own note
   */
  public byte[] choose(Optional<Fields> device) {
    return device.flatMap(this::named).orElseGet(this::lowest);
  }

  private Optional<byte[]> named(Fields device) {
    long format = device.value("vmcoreinfo.guest_format");
    if (device.value("has_vmcoreinfo") == 0 || format == 0) {
      return Optional.empty();
    }
    long address = device.value("vmcoreinfo.paddr");
    long size = device.value("vmcoreinfo.size");
    Optional<byte[]> note =
        ranges.stream()
            .filter(r -> r.start() <= address && address < r.end())
            .findFirst()
            .map(r -> new NotePlace(r.block().index(), r.offset() + address - r.start()))
            .flatMap(found::at)
            .filter(bytes -> format == FORMAT_ELF && bytes.length <= size && size <= MOST);
    if (note.isEmpty()) {
      told.accept(
          "the device vmcoreinfo names a note at "
              + hex(address)
              + ", where no valid one is; others are looked for");
    }
    return note;
  }

  private byte[] lowest() {
    TreeMap<Long, byte[]> notes = new TreeMap<>();
    for (PhysicalRange range : ranges) {
      found
          .in(range.block().index(), range.offset(), range.offset() + range.length())
          .forEach((p, note) -> notes.put(range.start() + p.offset() - range.offset(), note));
    }
    if (notes.isEmpty()) {
      return new byte[0];
    }
    byte[] first = notes.firstEntry().getValue();
    if (notes.values().stream().anyMatch(note -> !Arrays.equals(note, first))) {
      told.accept(
          "memory has "
              + notes.size()
              + " VMCOREINFO notes that differ, as with guests of the guest; the one at "
              + hex(notes.firstKey())
              + " is taken");
    }
    return first;
  }

  private static String hex(long address) {
    return String.format(Locale.ROOT, "0x%x", address);
  }
}
