package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.vmstate.analyzer.physical.Fields;

/**
 * RISC-V: NT_PRSTATUS of 376 bytes, of 204 with 32-bit registers. Source: QEMU 10.0
 * target/riscv/arch_dump.c, machine.c.
 */
record RiscvNotes(boolean is64) implements CpuNotes {
  private static final int EM_RISCV = 243;
  private static final int COUNT = 32;
  private static final int RV64 = 2;

  RiscvNotes(Fields first) {
    this(first.value("env.misa_mxl") >= RV64);
  }

  @Override
  public List<RequiredField> required(Fields cpu) {
    return List.of(
        RequiredField.of("env.misa_mxl", 1),
        RequiredField.of("env.pc", 1),
        RequiredField.of("env.gpr", COUNT));
  }

  @Override
  public int machine() {
    return EM_RISCV;
  }

  @Override
  public ByteOrder order() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public void add(Fields cpu, int id, Notes notes) {
    ByteBuffer out =
        is64
            ? notes.content(376).putInt(32, id).position(112)
            : notes.content(204).putInt(24, id).position(72);
    put(out, cpu.value("env.pc"));
    for (int i = 1; i < COUNT; i++) {
      put(out, cpu.value("env.gpr", i));
    }
    notes.add("CORE", Notes.PRSTATUS, out);
  }

  private void put(ByteBuffer out, long value) {
    if (is64) {
      out.putLong(value);
    } else {
      out.putInt((int) value);
    }
  }
}
