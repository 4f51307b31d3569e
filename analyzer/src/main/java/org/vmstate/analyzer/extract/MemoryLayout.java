package org.vmstate.analyzer.extract;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.analyzer.physical.PhysicalRange;
import org.vmstate.writer.compress.PageCompression;

/** How a file keeps the guest's physical memory: one class for each, all of them named here. */
public sealed interface MemoryLayout {
  /** Every layout, in the order of the manual. */
  List<MemoryLayout> ALL =
      List.of(
          new RawMemory(),
          new ElfMemory(),
          new KdumpMemory("kdump", PageCompression.ZSTD),
          new KdumpMemory("kdump-zlib", PageCompression.ZLIB),
          new KdumpMemory("kdump-none", PageCompression.NONE),
          new LimeMemory());

  /** Returns its name on the command line. */
  String name();

  /** Returns the layout with a name. */
  static Optional<MemoryLayout> of(String name) {
    return ALL.stream().filter(layout -> layout.name().equals(name)).findFirst();
  }

  /** Returns the names of all. */
  static List<String> names() {
    return ALL.stream().map(MemoryLayout::name).toList();
  }

  /** Keeps each range of memory as it is, at a place that is known before. */
  sealed interface Placed extends MemoryLayout permits RawMemory, ElfMemory, LimeMemory {
    /** Reports whether it has the registers, and with them the guest's own note. */
    default boolean hasRegisters() {
      return false;
    }

    /**
     * Finds a place for everything.
     *
     * @param notes takes what is left out
     */
    Plan plan(PhysicalMap map, PhysicalFacts facts, Consumer<String> notes)
        throws ConversionException;
  }

  /** Keeps pages compressed, one after the other. */
  record KdumpMemory(String name, PageCompression compression) implements MemoryLayout {}

  /**
   * Where memory goes, in ascending order.
   *
   * @param ranges what is written
   * @param offsets where each of them starts in the file
   * @param headers what stands between them
   * @param end length of the file in bytes
   */
  record Plan(List<PhysicalRange> ranges, List<Long> offsets, List<Header> headers, long end) {}

  /** Bytes of the layout's own, and their place in the file. */
  record Header(long offset, byte[] bytes) {}
}
