package org.vmstate.analyzer.extract;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.analyzer.physical.PhysicalRange;

/**
 * The format of the Linux Memory Extractor, version 1, which forensic tools read: each range after
 * a header of 32 bytes, all numbers little-endian. Header: u32 magic, u32 version, u64 address of
 * the first byte, u64 address of the last byte, 8 reserved bytes. Source: LiME doc/README.md.
 */
record LimeMemory() implements MemoryLayout.Placed {
  private static final int MAGIC = 0x4c694d45;
  private static final int VERSION = 1;
  private static final int HEADER = 32;

  @Override
  public String name() {
    return "lime";
  }

  @Override
  public MemoryLayout.Plan plan(PhysicalMap map, PhysicalFacts facts, Consumer<String> notes) {
    List<Long> offsets = new ArrayList<>();
    List<MemoryLayout.Header> headers = new ArrayList<>();
    long at = 0;
    for (PhysicalRange range : map.ranges()) {
      ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
      header.putInt(MAGIC).putInt(VERSION).putLong(range.start()).putLong(range.end() - 1);
      headers.add(new MemoryLayout.Header(at, header.array()));
      offsets.add(at + HEADER);
      at += HEADER + range.length();
    }
    return new MemoryLayout.Plan(map.ranges(), offsets, headers, at);
  }
}
