package org.vmstate.analyzer.extract;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.analyzer.core.ElfCore;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.analyzer.physical.PhysicalRange;

/** An ELF core with the registers of the CPUs. */
record ElfMemory() implements MemoryLayout.Placed {
  /** An ELF header counts its entries in 16 bits, one of which is the notes'. */
  private static final int MOST_RANGES = 65_000;

  @Override
  public String name() {
    return "elf";
  }

  @Override
  public boolean hasRegisters() {
    return true;
  }

  @Override
  public MemoryLayout.Plan plan(PhysicalMap map, PhysicalFacts facts, Consumer<String> notes)
      throws ConversionException {
    List<PhysicalRange> ranges = map.ranges();
    if (ranges.size() > MOST_RANGES) {
      throw new ConversionException(
          "memory has " + ranges.size() + " ranges, an ELF core at most " + MOST_RANGES);
    }
    ElfCore core = new ElfCore(ranges, facts.cpus(), facts.note(ranges));
    core.omitted().forEach(notes);
    if (!core.hasRegisters()) {
      notes.accept(Extractor.NO_REGISTERS);
    }
    List<Long> offsets = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      offsets.add(core.offset(i));
    }
    int last = ranges.size() - 1;
    return new MemoryLayout.Plan(
        ranges,
        offsets,
        List.of(new MemoryLayout.Header(0, core.front())),
        core.offset(last) + ranges.get(last).length());
  }
}
