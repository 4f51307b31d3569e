package org.vmstate.analyzer.physical;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The memory that the guest's firmware tables tell of: the SRAT, in the block {@code
 * /rom@etc/acpi/tables}. Structures of type 1 have 40 bytes: type, length, le32 proximity domain,
 * reserved le16, le64 base, le64 length, reserved le32, le32 flags, reserved le64. Source: ACPI
 * 6.5, 5.2.16.
 */
final class AcpiMemory {
  private static final int TABLE_HEADER = 48;
  private static final int MEMORY = 1;
  private static final int MEMORY_LENGTH = 40;
  private static final int ENABLED = 1;
  private static final int HOTPLUGGABLE = 2;
  private static final int LOW_HOLE_START = 640 << 10;
  private static final int LOW_HOLE_END = 1 << 20;

  private final TreeMap<Integer, Long> nodes = new TreeMap<>();
  private OptionalLong hotplugBase = OptionalLong.empty();
  private boolean lowHole;

  AcpiMemory(byte[] tables) {
    ByteBuffer all = ByteBuffer.wrap(tables).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + TABLE_HEADER <= tables.length; at++) {
      if (all.getInt(at) == 0x54415253) {
        long length = all.getInt(at + 4) & 0xffffffffL;
        if (length >= TABLE_HEADER && length <= tables.length - at) {
          read(all.slice(at, (int) length).order(ByteOrder.LITTLE_ENDIAN));
          return;
        }
      }
    }
  }

  private void read(ByteBuffer srat) {
    int at = TABLE_HEADER;
    while (at + 2 <= srat.limit()) {
      int length = srat.get(at + 1) & 0xff;
      if (length < 2 || at + length > srat.limit()) {
        return;
      }
      if (srat.get(at) == MEMORY && length == MEMORY_LENGTH) {
        memory(srat, at);
      }
      at += length;
    }
  }

  private void memory(ByteBuffer srat, int at) {
    int node = srat.getInt(at + 2);
    long base = srat.getLong(at + 8);
    long length = srat.getLong(at + 16);
    int flags = srat.getInt(at + 28);
    if ((flags & HOTPLUGGABLE) != 0) {
      hotplugBase = OptionalLong.of(base);
    } else if ((flags & ENABLED) != 0 && length > 0) {
      nodes.merge(node, length, Long::sum);
      lowHole |= base == 0 && length == LOW_HOLE_START;
    }
  }

  /** Returns the length of each node's memory, in their order. */
  long[] nodeLengths() {
    long[] result = nodes.values().stream().mapToLong(Long::longValue).toArray();
    if (lowHole && result.length > 0) {
      result[0] += LOW_HOLE_END - LOW_HOLE_START;
    }
    return result;
  }

  /** Returns where memory that is plugged in later begins. */
  OptionalLong hotplugBase() {
    return hotplugBase;
  }
}
