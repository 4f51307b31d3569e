package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.physical.Fields;

/**
 * LoongArch: NT_PRSTATUS of 480 bytes, in which the address is that of the last exception, and
 * NT_FPREGSET of 268. Source: QEMU 10.0 target/loongarch/arch_dump.c, machine.c.
 */
record LoongarchNotes() implements CpuNotes {
  private static final int EM_LOONGARCH = 258;
  private static final int COUNT = 32;
  private static final int FLAGS = 8;
  private static final String FLOATS = "cpu/fpu";

  /** The lower 64 bits of a vector register. */
  private static final String LOW = "UD[0]";

  @Override
  public List<RequiredField> required(Fields cpu) {
    List<RequiredField> all = new ArrayList<>();
    all.add(RequiredField.of("env.gpr", COUNT));
    all.add(RequiredField.of("env.CSR_ERA", 1));
    all.add(RequiredField.of("env.CSR_BADV", 1));
    // older QEMUs sent them with every CPU, as numbers
    if (cpu.subsection(FLOATS).isEmpty() && (cpu.has("env.fpr") || cpu.has("env.fcsr0"))) {
      all.add(RequiredField.of("env.fpr", COUNT));
      all.add(RequiredField.of("env.fcsr0", 1));
      all.add(RequiredField.of("env.cf", FLAGS));
    }
    all.add(RequiredField.structs("env.fpr", COUNT, List.of(LOW)).in(FLOATS));
    all.add(RequiredField.of("env.fcsr0", 1).in(FLOATS));
    all.add(RequiredField.of("env.cf", FLAGS).in(FLOATS));
    return all;
  }

  @Override
  public int machine() {
    return EM_LOONGARCH;
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
    ByteBuffer status = notes.content(480).putInt(32, id).position(112);
    for (int i = 0; i < COUNT; i++) {
      status.putLong(cpu.value("env.gpr", i));
    }
    status.position(376).putLong(cpu.value("env.CSR_ERA")).putLong(cpu.value("env.CSR_BADV"));
    status.putInt(472, 1);
    notes.add("CORE", Notes.PRSTATUS, status);
    Fields state = cpu.subsection(FLOATS).orElse(cpu);
    List<Fields> vectors = state.structs("env.fpr");
    ByteBuffer floats = notes.content(268);
    for (int i = 0; i < COUNT; i++) {
      floats.putLong(i < vectors.size() ? vectors.get(i).value(LOW) : state.value("env.fpr", i));
    }
    for (int i = 0; i < FLAGS; i++) {
      floats.put((byte) state.value("env.cf", i));
    }
    floats.putInt((int) state.value("env.fcsr0"));
    notes.add("CORE", Notes.FPREGSET, floats);
  }
}
