package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.vmstate.analyzer.physical.PhysicalRange;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.ram.PlacedPages;

/** Where the parts of each block stand in a file of physical memory. */
final class Places implements PlacedPages.Placement {
  private final List<List<Part>> parts = new ArrayList<>();
  private final FileSink sink;

  private record Part(long from, long length, long offset) {}

  Places(int blocks, List<PhysicalRange> ranges, List<Long> offsets, FileSink sink) {
    this.sink = sink;
    for (int i = 0; i < blocks; i++) {
      parts.add(new ArrayList<>());
    }
    for (int i = 0; i < ranges.size(); i++) {
      PhysicalRange range = ranges.get(i);
      parts
          .get(range.block().index())
          .add(new Part(range.offset(), range.length(), offsets.get(i)));
    }
    parts.forEach(p -> p.sort(Comparator.comparingLong(Part::from)));
  }

  @Override
  public void places(RamBlock block, long from, long length, PlacedPages.Place place)
      throws IOException {
    for (Part part : parts.get(block.index())) {
      if (part.from() >= from + length) {
        return;
      }
      long start = Math.max(from, part.from());
      long end = Math.min(from + length, part.from() + part.length());
      if (start < end) {
        place.at(start, end - start, sink, part.offset() + start - part.from());
      }
    }
  }
}
