package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.physical.Fields;

/**
 * x86: NT_PRSTATUS of 336 bytes in long mode, of 144 else, and QEMU's own note of 440 bytes.
 * Source: QEMU 10.0 target/i386/arch_dump.c, machine.c.
 */
record X86Notes(boolean longMode) implements CpuNotes {
  private static final int LONG_MODE_ACTIVE = 1 << 14;
  private static final int EM_386 = 3;
  private static final int EM_X86_64 = 62;

  /** R15 to R8 without the numbers between, as struct user_regs_struct has them. */
  private static final int[] USER_ORDER = {15, 14, 13, 12, 5, 3, 11, 10, 9, 8, 0, 1, 2, 6, 7};

  /** EAX, EBX, ECX, EDX, ESI, EDI, ESP, EBP by QEMU's numbers. */
  private static final int[] QEMU_ORDER = {0, 3, 1, 2, 6, 7, 4, 5};

  private static final int NARROW = 8;
  private static final int WIDE = 16;
  private static final List<String> DESCRIPTORS =
      List.of("env.ldt", "env.tr", "env.gdt", "env.idt");

  private static final int ES = 0;
  private static final int CS = 1;
  private static final int SS = 2;
  private static final int DS = 3;
  private static final int FS = 4;
  private static final int GS = 5;

  X86Notes(Fields first) {
    this(!first.has("env.hflags") || (first.value("env.hflags") & LONG_MODE_ACTIVE) != 0);
  }

  @Override
  public List<RequiredField> required(Fields cpu) {
    List<String> segment = List.of("selector", "base", "limit", "flags");
    List<RequiredField> all = new ArrayList<>();
    // qemu-system-i386 knows eight registers only
    boolean wide = longMode || cpu.values("env.regs").length > NARROW;
    all.add(RequiredField.of("env.regs", wide ? WIDE : NARROW));
    all.add(RequiredField.structs("env.segs", GS + 1, segment));
    for (String name : DESCRIPTORS) {
      all.add(RequiredField.structs(name, 1, segment));
    }
    for (String name : List.of("eip", "eflags", "hflags", "cr[0]", "cr[2]", "cr[3]", "cr[4]")) {
      all.add(RequiredField.of("env." + name, 1));
    }
    if (wide) {
      all.add(RequiredField.of("env.kernelgsbase", 1));
    }
    return all;
  }

  @Override
  public int machine() {
    return longMode ? EM_X86_64 : EM_386;
  }

  @Override
  public ByteOrder order() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public boolean is64() {
    return longMode;
  }

  private static long selector(List<Fields> segments, int index) {
    return segments.get(index).value("selector");
  }

  private static long base(List<Fields> segments, int index) {
    return segments.get(index).value("base");
  }

  @Override
  public void add(Fields cpu, int id, Notes notes) {
    notes.add("CORE", Notes.PRSTATUS, longMode ? long64(cpu, id, notes) : legacy(cpu, id, notes));
  }

  private static ByteBuffer long64(Fields cpu, int id, Notes notes) {
    List<Fields> segments = cpu.structs("env.segs");
    long[] r = cpu.values("env.regs");
    ByteBuffer out = notes.content(336).putInt(32, id).position(112);
    for (int index : USER_ORDER) {
      out.putLong(r[index]);
    }
    out.putLong(0).putLong(cpu.value("env.eip"));
    out.putLong(selector(segments, CS)).putLong(cpu.value("env.eflags"));
    out.putLong(r[4]).putLong(selector(segments, SS));
    out.putLong(base(segments, FS)).putLong(base(segments, GS));
    for (int index : new int[] {DS, ES, FS, GS}) {
      out.putLong(selector(segments, index));
    }
    return out;
  }

  private static ByteBuffer legacy(Fields cpu, int id, Notes notes) {
    List<Fields> segments = cpu.structs("env.segs");
    ByteBuffer out = notes.content(144).putInt(24, id).position(72);
    for (int index : new int[] {3, 1, 2, 6, 7, 5, 0}) {
      out.putInt((int) cpu.value("env.regs", index));
    }
    for (int index : new int[] {DS, ES, FS, GS}) {
      out.putInt((int) selector(segments, index));
    }
    out.putInt(0).putInt((int) cpu.value("env.eip")).putInt((int) selector(segments, CS));
    out.putInt((int) cpu.value("env.eflags")).putInt((int) cpu.value("env.regs", 4));
    return out.putInt((int) selector(segments, SS));
  }

  @Override
  public void addMore(Fields cpu, Notes notes) {
    ByteBuffer out = notes.content(440).putInt(1).putInt(440);
    for (int index : QEMU_ORDER) {
      out.putLong(cpu.value("env.regs", index));
    }
    for (int index = 8; index < 16; index++) {
      out.putLong(cpu.value("env.regs", index));
    }
    out.putLong(cpu.value("env.eip")).putLong(cpu.value("env.eflags"));
    List<Fields> segments = cpu.structs("env.segs");
    for (int index : new int[] {CS, DS, ES, FS, GS, SS}) {
      segment(out, segments.get(index));
    }
    for (String name : DESCRIPTORS) {
      segment(out, cpu.structs(name).getFirst());
    }
    for (int i = 0; i < 5; i++) {
      // there is no CR1
      out.putLong(cpu.value("env.cr[" + i + "]"));
    }
    notes.add("QEMU", 0, out.putLong(cpu.value("env.kernelgsbase")));
  }

  private static void segment(ByteBuffer out, Fields segment) {
    out.putInt((int) segment.value("selector")).putInt((int) segment.value("limit"));
    out.putInt((int) segment.value("flags")).putInt(0).putLong(segment.value("base"));
  }
}
