package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
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

  /**
   * KVM's numbers of the ID registers of AArch64, from ID_AA64PFR0_EL1 on. QEMU gives a CPU of 32
   * bits the numbers of other 64-bit registers, too. Source: QEMU 10.0 target/arm/kvm-consts.h.
   */
  private static final long FIRST_ID = 0x6030_0000_0013_c020L;

  private static final long LAST_ID = 0x6030_0000_0013_c03fL;

  /** Banks of X15 and, two each, X16 to X23 in AArch32 state. Source: Arm ARM, D1.20.1. */
  private static final int[] BANKS = {6, 4, 4, 1, 1, 2, 2, 3, 3};

  private static final int USER = 0;
  private static final int FIQ = 5;

  /**
   * Reports whether a CPU has 64-bit registers: QEMU describes both kinds of CPU alike, but only
   * one of them has registers that tell what it can do in AArch64.
   */
  static boolean fits(Fields cpu) {
    long[] numbers = cpu.values("cpreg_vmstate_indexes");
    if (numbers.length == 0) {
      return (cpu.value("cpsr") & AARCH32) == 0;
    }
    for (long number : numbers) {
      if (number >= FIRST_ID && number <= LAST_ID) {
        return true;
      }
    }
    return false;
  }

  /** Returns X0 to X30 of a CPU in AArch32 state, which it keeps in banks. */
  private static long[] banked(Fields cpu) {
    int mode = (int) cpu.value("cpsr") & 0x1f;
    int own = bank(mode);
    long[] x = new long[REGISTERS];
    for (int i = 0; i < 8; i++) {
      x[i] = cpu.value("env.regs", i);
    }
    for (int i = 8; i < 13; i++) {
      x[i] = own == FIQ ? cpu.value("env.usr_regs", i - 8) : cpu.value("env.regs", i);
      x[i + 16] = own == FIQ ? cpu.value("env.regs", i) : cpu.value("env.fiq_regs", i - 8);
    }
    boolean hypervisor = own == BANKS[0];
    x[13] = stack(cpu, own, USER);
    x[14] =
        own == USER || hypervisor ? cpu.value("env.regs", 14) : cpu.value("env.banked_r14", USER);
    x[15] = stack(cpu, own, BANKS[0]);
    for (int i = 16; i < 24; i += 2) {
      int bank = BANKS[i - 15];
      x[i] = own == bank ? cpu.value("env.regs", 14) : cpu.value("env.banked_r14", bank);
      x[i + 1] = stack(cpu, own, bank);
    }
    x[29] = stack(cpu, own, FIQ);
    x[30] = own == FIQ ? cpu.value("env.regs", 14) : cpu.value("env.banked_r14", FIQ);
    return x;
  }

  private static long stack(Fields cpu, int own, int bank) {
    return own == bank ? cpu.value("env.regs", 13) : cpu.value("env.banked_r13", bank);
  }

  /** Returns QEMU's number of a mode's bank; the banks are those of its array. */
  private static int bank(int mode) {
    return switch (mode) {
      case 0x11 -> FIQ;
      case 0x12 -> 4;
      case 0x13 -> 1;
      case 0x16 -> 7;
      case 0x17 -> 2;
      case 0x1a -> 6;
      case 0x1b -> 3;
      default -> USER;
    };
  }

  /** Returns the fields of the vector registers, which not every CPU has. */
  static List<RequiredField> floats(int count) {
    List<RequiredField> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(RequiredField.of("env.vfp.zregs[" + i + "].d", 2).in("cpu/vfp"));
    }
    all.add(RequiredField.of("fpscr", 1).in("cpu/vfp"));
    return all;
  }

  @Override
  public List<RequiredField> required(Fields cpu) {
    List<RequiredField> all = new ArrayList<>(floats(VECTORS));
    all.add(RequiredField.of("cpsr", 1));
    if ((cpu.value("cpsr") & AARCH32) == 0) {
      all.add(RequiredField.of("env.xregs", REGISTERS + 1));
      all.add(RequiredField.of("env.pc", 1));
      return all;
    }
    all.add(RequiredField.of("env.regs", 16));
    for (String name : List.of("env.banked_r13", "env.banked_r14")) {
      all.add(RequiredField.of(name, 8));
    }
    for (String name : List.of("env.usr_regs", "env.fiq_regs")) {
      all.add(RequiredField.of(name, 5));
    }
    return all;
  }

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
    boolean narrow = (state & AARCH32) != 0;
    long[] banked = narrow ? banked(cpu) : new long[0];
    for (int i = 0; i < REGISTERS; i++) {
      out.putLong(narrow ? banked[i] : cpu.value("env.xregs", i));
    }
    out.putLong(narrow ? 0 : cpu.value("env.xregs", REGISTERS));
    out.putLong(narrow ? cpu.value("env.regs", 15) : cpu.value("env.pc"));
    out.putLong(state).putInt(1);
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
