package org.vmstate.analyzer.physical;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vmstate.formats.ram.RamBlock;

/** Puts ranges over one another, as memory regions of a higher priority hide those below. */
final class Painter {
  private final TreeMap<Long, PhysicalRange> ranges = new TreeMap<>();

  /** Maps a part of a block; what lies beyond the block's end is left out. */
  void put(long start, long length, RamBlock block, long offset, boolean rom) {
    long mapped = Math.min(length, block.usedLength() - offset);
    if (mapped <= 0 || start < 0 || start > Long.MAX_VALUE - mapped) {
      // no address: what tells it is damaged
      return;
    }
    erase(start, mapped);
    ranges.put(start, new PhysicalRange(start, mapped, block, offset, rom));
  }

  /** Makes a hole. */
  void erase(long start, long length) {
    long end = start + length;
    Map.Entry<Long, PhysicalRange> before = ranges.floorEntry(start);
    List<PhysicalRange> hit = new ArrayList<>();
    if (before != null && before.getValue().end() > start) {
      hit.add(before.getValue());
    }
    hit.addAll(ranges.subMap(start, false, end, false).values());
    for (PhysicalRange range : hit) {
      ranges.remove(range.start());
      if (range.start() < start) {
        ranges.put(range.start(), range.part(range.start(), start));
      }
      if (range.end() > end) {
        ranges.put(end, range.part(end, range.end()));
      }
    }
  }

  /** Returns the ranges, those joined that continue one another. */
  List<PhysicalRange> ranges() {
    List<PhysicalRange> result = new ArrayList<>();
    for (PhysicalRange range : ranges.values()) {
      PhysicalRange last = result.isEmpty() ? null : result.getLast();
      if (last != null
          && last.end() == range.start()
          && last.block().index() == range.block().index()
          && last.offset() + last.length() == range.offset()
          && last.rom() == range.rom()) {
        result.set(
            result.size() - 1,
            new PhysicalRange(
                last.start(),
                last.length() + range.length(),
                last.block(),
                last.offset(),
                last.rom()));
      } else {
        result.add(range);
      }
    }
    return List.copyOf(result);
  }
}
