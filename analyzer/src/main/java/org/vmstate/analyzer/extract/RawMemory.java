package org.vmstate.analyzer.extract;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.analyzer.physical.PhysicalRange;

/** What lies at an address lies at that offset of the file. */
record RawMemory() implements MemoryLayout.Placed {
  @Override
  public String name() {
    return "raw";
  }

  @Override
  public MemoryLayout.Plan plan(PhysicalMap map, PhysicalFacts facts, Consumer<String> notes) {
    long end = map.memoryEnd();
    List<PhysicalRange> ranges = new ArrayList<>();
    List<Long> offsets = new ArrayList<>();
    for (PhysicalRange range : map.ranges()) {
      if (range.start() < end) {
        ranges.add(range);
        offsets.add(range.start());
      }
    }
    return new MemoryLayout.Plan(ranges, offsets, List.of(), end);
  }
}
