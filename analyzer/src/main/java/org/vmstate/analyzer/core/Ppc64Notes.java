package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vmstate.analyzer.physical.Fields;

/**
 * 64-bit PowerPC: NT_PRSTATUS, NT_PRFPREG, NT_PPC_VMX, NT_PPC_VSX, NT_PPC_SPE, in the byte order in
 * which the guest takes its interrupts. Source: QEMU 10.0 target/ppc/arch_dump.c, machine.c.
 */
record Ppc64Notes(ByteOrder order) implements CpuNotes {
  private static final int EM_PPC64 = 21;
  private static final int COUNT = 32;
  private static final int XER = 1;
  private static final int LR = 8;
  private static final int CTR = 9;
  private static final int LPCR = 318;
  private static final long LITTLE_INTERRUPTS = 0x02000000;
  private static final int VMX = 0x100;
  private static final int SPE = 0x101;
  private static final int VSX = 0x102;

  Ppc64Notes(Fields first) {
    this(
        (first.value("env.spr", LPCR) & LITTLE_INTERRUPTS) != 0
            ? ByteOrder.LITTLE_ENDIAN
            : ByteOrder.BIG_ENDIAN);
  }

  @Override
  public int machine() {
    return EM_PPC64;
  }

  @Override
  public boolean is64() {
    return true;
  }

  private static Fields inside(Fields cpu, String subsection) {
    return cpu.subsection(subsection).orElse(cpu);
  }

  @Override
  public void add(Fields cpu, int id, Notes notes) {
    ByteBuffer status = notes.content(504).putInt(32, id).position(112);
    long condition = 0;
    for (int i = 0; i < COUNT; i++) {
      status.putLong(cpu.value("env.gpr", i));
    }
    for (int i = 0; i < 8; i++) {
      condition = condition << 4 | cpu.value("env.crf", i) & 15;
    }
    status.putLong(cpu.value("env.nip")).putLong(cpu.value("env.msr")).putLong(0);
    status.putLong(cpu.value("env.spr", CTR)).putLong(cpu.value("env.spr", LR));
    status.putLong(cpu.value("env.spr", XER)).putLong(condition);
    notes.add("CORE", Notes.PRSTATUS, status);

    ByteBuffer floats = notes.content(264);
    Fields fpu = inside(cpu, "cpu/fpu");
    for (int i = 0; i < COUNT; i++) {
      floats.putLong(fpu.value("env.vsr", i));
    }
    notes.add("CORE", Notes.FPREGSET, floats.putLong(fpu.value("env.fpscr")));

    ByteBuffer vectors = notes.content(544);
    Fields altivec = inside(cpu, "cpu/altivec");
    ByteBuffer raw = ByteBuffer.wrap(altivec.bytes("env.vsr"));
    for (int i = 0; i < COUNT && raw.remaining() >= 2 * Long.BYTES; i++) {
      long high = raw.getLong();
      long low = raw.getLong();
      boolean little = order == ByteOrder.LITTLE_ENDIAN;
      vectors.putLong(little ? low : high).putLong(little ? high : low);
    }
    notes.add("CORE", VMX, vectors.putInt(524, (int) altivec.value("vscr")));

    ByteBuffer halves = notes.content(256);
    Fields vsx = inside(cpu, "cpu/vsx");
    for (int i = 0; i < COUNT; i++) {
      halves.putLong(vsx.value("env.vsr", i));
    }
    notes.add("CORE", VSX, halves);
    notes.add("CORE", SPE, notes.content(140).putLong(128, cpu.value("env.spe_acc")));
  }
}
