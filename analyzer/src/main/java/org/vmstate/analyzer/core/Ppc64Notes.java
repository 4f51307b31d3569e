package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
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
  private static final int VECTOR = 16;
  private static final String FPU = "cpu/fpu";
  private static final String ALTIVEC = "cpu/altivec";
  private static final String VSX_HALVES = "cpu/vsx";

  Ppc64Notes(Fields first) {
    this(
        (first.value("env.spr", LPCR) & LITTLE_INTERRUPTS) != 0
            ? ByteOrder.LITTLE_ENDIAN
            : ByteOrder.BIG_ENDIAN);
  }

  @Override
  public List<RequiredField> required(Fields cpu) {
    return List.of(
        RequiredField.of("env.gpr", COUNT),
        RequiredField.of("env.crf", 8),
        RequiredField.of("env.nip", 1),
        RequiredField.of("env.msr", 1),
        RequiredField.of("env.spr", LPCR + 1),
        RequiredField.of("env.spe_acc", 1),
        RequiredField.of("env.vsr", COUNT).in(FPU),
        RequiredField.of("env.fpscr", 1).in(FPU),
        RequiredField.of("vscr", 1).in(ALTIVEC),
        RequiredField.of("env.vsr", COUNT).in(VSX_HALVES));
  }

  @Override
  public Optional<String> missing(Fields cpu) {
    // registers of 16 bytes, which are no integers
    boolean cut =
        cpu.subsection(ALTIVEC)
            .filter(vectors -> vectors.bytes("env.vsr").length < COUNT * VECTOR)
            .isPresent();
    return CpuNotes.super.missing(cpu).or(() -> Optional.of(ALTIVEC + "/env.vsr").filter(n -> cut));
  }

  @Override
  public int machine() {
    return EM_PPC64;
  }

  @Override
  public boolean is64() {
    return true;
  }

  /** Returns a subsection; what a CPU without it does not have is zero. */
  private static Fields inside(Fields cpu, String subsection) {
    return cpu.subsection(subsection).orElse(Fields.NONE);
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
    Fields fpu = inside(cpu, FPU);
    for (int i = 0; i < COUNT; i++) {
      floats.putLong(fpu.value("env.vsr", i));
    }
    notes.add("CORE", Notes.FPREGSET, floats.putLong(fpu.value("env.fpscr")));

    ByteBuffer vectors = notes.content(544);
    Fields altivec = inside(cpu, ALTIVEC);
    ByteBuffer raw = ByteBuffer.wrap(altivec.bytes("env.vsr"));
    for (int i = 0; i < COUNT && raw.remaining() >= VECTOR; i++) {
      long high = raw.getLong();
      long low = raw.getLong();
      boolean little = order == ByteOrder.LITTLE_ENDIAN;
      vectors.putLong(little ? low : high).putLong(little ? high : low);
    }
    notes.add("CORE", VMX, vectors.putInt(524, (int) altivec.value("vscr")));

    ByteBuffer halves = notes.content(256);
    Fields vsx = inside(cpu, VSX_HALVES);
    for (int i = 0; i < COUNT; i++) {
      halves.putLong(vsx.value("env.vsr", i));
    }
    notes.add("CORE", VSX, halves);
    notes.add("CORE", SPE, notes.content(140).putLong(128, cpu.value("env.spe_acc")));
  }
}
