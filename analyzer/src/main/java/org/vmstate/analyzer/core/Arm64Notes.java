package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmstate.analyzer.physical.Fields;

/**
 * aarch64: NT_PRSTATUS of 392 bytes and NT_PRFPREG of 528. The registers of SVE are left out: their
 * present length depends on what the CPU can do, which no stream says. Source: QEMU 10.0
 * target/arm/arch_dump.c, machine.c.
 */
record Arm64Notes() implements CpuNotes {
  private static final int EM_AARCH64 = 183;
  private static final int REGISTERS = 31;
  private static final int AARCH32 = 0x10;
  private static final int VECTORS = 32;
  private static final long FPSR = 0xf800009fL;
  private static final long FPCR = 0x07ff9f00L;

  @Override
  public int machine() {
    return EM_AARCH64;
  }

  @Override
  public ByteOrder order() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public boolean is64() {
    return true;
  }

  @Override
  public void add(Fields cpu, int id, Notes notes) {
    long state = cpu.value("cpsr");
    ByteBuffer out = notes.content(392).putInt(32, id).position(112);
    for (int i = 0; i < REGISTERS; i++) {
      out.putLong(cpu.value("env.xregs", i));
    }
    out.putLong((state & AARCH32) != 0 ? 0 : cpu.value("env.xregs", REGISTERS));
    out.putLong(cpu.value("env.pc")).putLong(state).putInt(1);
    notes.add("CORE", Notes.PRSTATUS, out);
    ByteBuffer vectors = notes.content(528);
    for (int i = 0; i < VECTORS; i++) {
      String name = "env.vfp.zregs[" + i + "].d";
      vectors.putLong(cpu.value(name, 0)).putLong(cpu.value(name, 1));
    }
    long both = cpu.value("fpscr");
    vectors.putInt((int) (both & FPSR)).putInt((int) (both & FPCR));
    notes.add("CORE", Notes.FPREGSET, vectors);
  }
}
