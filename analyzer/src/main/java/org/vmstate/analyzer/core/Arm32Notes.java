package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.physical.Fields;

/**
 * 32-bit ARM: NT_PRSTATUS of 148 bytes with R0 to R15 and CPSR, and NT_ARM_VFP of 260. Source: QEMU
 * 10.0 target/arm/arch_dump.c, machine.c.
 */
record Arm32Notes() implements CpuNotes {
  private static final int EM_ARM = 40;
  private static final int REGISTERS = 16;
  private static final int VECTORS = 16;
  private static final int VFP = 0x400;

  @Override
  public List<RequiredField> required(Fields cpu) {
    List<RequiredField> all = new ArrayList<>(Arm64Notes.floats(VECTORS));
    all.add(RequiredField.of("cpsr", 1));
    all.add(RequiredField.of("env.regs", REGISTERS));
    return all;
  }

  @Override
  public int machine() {
    return EM_ARM;
  }

  @Override
  public ByteOrder order() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public boolean is64() {
    return false;
  }

  @Override
  public void add(Fields cpu, int id, Notes notes) {
    ByteBuffer out = notes.content(148).putInt(24, id).position(72);
    for (int i = 0; i < REGISTERS; i++) {
      out.putInt((int) cpu.value("env.regs", i));
    }
    out.putInt((int) cpu.value("cpsr")).putInt(144, 1);
    notes.add("CORE", Notes.PRSTATUS, out);
    ByteBuffer vectors = notes.content(260);
    for (int i = 0; i < VECTORS; i++) {
      String name = "env.vfp.zregs[" + i + "].d";
      vectors.putLong(cpu.value(name, 0)).putLong(cpu.value(name, 1));
    }
    notes.add("LINUX", VFP, vectors.putInt((int) cpu.value("fpscr")));
  }
}
