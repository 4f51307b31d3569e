package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.analyzer.physical.PhysicalRange;

/**
 * The front of an ELF core: header, a PT_NOTE and a PT_LOAD for each range of physical memory, the
 * notes. The memory follows at {@link #offset}, each range after the one before. Source: System V
 * ABI, chapter 4 and 5; QEMU 10.0 dump/dump.c.
 */
public final class ElfCore {
  /** Memory starts at a page of the file, so that the kernel can share its blocks. */
  private static final int ALIGNMENT = 4096;

  private static final int HEADER_64 = 64;
  private static final int HEADER_32 = 52;
  private static final int ENTRY_64 = 56;
  private static final int ENTRY_32 = 32;
  private static final int CORE = 4;
  private static final int PT_LOAD = 1;
  private static final int PT_NOTE = 4;

  private final List<PhysicalRange> ranges;
  private final Optional<CpuNotes> kind;
  private final ByteOrder order;
  private final byte[] notes;
  private final boolean is64;
  private final List<Long> offsets = new ArrayList<>();
  private final List<String> omitted;

  /**
   * Lays a core out.
   *
   * @param vmcoreinfo the guest's own note, header included, empty when there is none
   */
  public ElfCore(List<PhysicalRange> ranges, List<Fields> cpus, byte[] vmcoreinfo) {
    this.ranges = ranges;
    CoreNotes collected = new CoreNotes(cpus, vmcoreinfo);
    kind = collected.kind();
    order = collected.order();
    notes = collected.bytes();
    omitted = collected.omitted();
    boolean high = ranges.stream().anyMatch(r -> r.end() >= 1L << 32);
    is64 = high || kind.map(CpuNotes::is64).orElse(true);
    long at = memoryStart();
    for (PhysicalRange range : ranges) {
      offsets.add(at);
      at += range.length();
    }
  }

  /** Reports whether the registers are in it. */
  public boolean hasRegisters() {
    return kind.isPresent();
  }

  /** Returns a line for each CPU whose registers are left out, with the reason. */
  public List<String> omitted() {
    return omitted;
  }

  private int notesStart() {
    int entries = ranges.size() + 1;
    return is64 ? HEADER_64 + entries * ENTRY_64 : HEADER_32 + entries * ENTRY_32;
  }

  private long memoryStart() {
    return notesStart() + notes.length + ALIGNMENT - 1L & -ALIGNMENT;
  }

  /** Returns the file offset of a range's memory. */
  public long offset(int range) {
    return offsets.get(range);
  }

  /** Returns what stands in front of the memory. */
  public byte[] front() {
    ByteBuffer out = ByteBuffer.allocate(notesStart() + notes.length).order(order);
    out.put(new byte[] {0x7f, 'E', 'L', 'F', (byte) (is64 ? 2 : 1)});
    out.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 1 : 2)).put((byte) 1).position(16);
    out.putShort((short) CORE).putShort((short) (int) kind.map(CpuNotes::machine).orElse(0));
    int header = is64 ? HEADER_64 : HEADER_32;
    out.putInt(1);
    word(out, 0);
    word(out, header);
    word(out, 0);
    out.putInt(0).putShort((short) header).putShort((short) (is64 ? ENTRY_64 : ENTRY_32));
    out.putShort((short) (ranges.size() + 1)).position(header);
    entry(out, PT_NOTE, notesStart(), 0, notes.length);
    for (int i = 0; i < ranges.size(); i++) {
      PhysicalRange range = ranges.get(i);
      entry(out, PT_LOAD, offsets.get(i), range.start(), range.length());
    }
    return out.put(notes).array();
  }

  private void word(ByteBuffer out, long value) {
    if (is64) {
      out.putLong(value);
    } else {
      out.putInt((int) value);
    }
  }

  private void entry(ByteBuffer out, int type, long offset, long address, long length) {
    out.putInt(type);
    if (is64) {
      out.putInt(0);
    }
    word(out, offset);
    // no virtual addresses, as with paging=false
    word(out, 0);
    word(out, address);
    word(out, length);
    word(out, length);
    if (!is64) {
      out.putInt(0);
    }
    word(out, 0);
  }
}
