package org.vmstate.analyzer.extract;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vmstate.analyzer.physical.Fields;

/**
 * The general registers of CPUs other than x86 in the names, the order and the lines of gdb's
 * {@code info registers}: name, hexadecimal, decimal. Source: the feature files of gdb 13, of which
 * gdb/features/aarch64-core.xml, riscv/64bit-cpu.xml, s390-core64.xml and rs6000/power64-core.xml.
 */
final class DebuggerRegisters {
  private static final List<String> RISCV =
      List.of(
          ("zero ra sp gp tp t0 t1 t2 fp s1 a0 a1 a2 a3 a4 a5 a6 a7"
                  + " s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6")
              .split(" "));
  private static final int XER = 1;
  private static final int LR = 8;
  private static final int CTR = 9;

  private final List<String> lines = new ArrayList<>();

  private DebuggerRegisters() {}

  /** Returns the lines of a CPU, none for one that is not known. */
  static List<String> of(Fields cpu) {
    DebuggerRegisters registers = new DebuggerRegisters();
    if (cpu.has("env.xregs") && cpu.has("env.pc")) {
      registers.numbered("x", cpu, "env.xregs", 31);
      registers.line("sp", cpu.value("env.xregs", 31));
      registers.line("pc", cpu.value("env.pc"));
      registers.line("cpsr", cpu.value("cpsr"));
    } else if (cpu.has("env.misa_mxl") && cpu.has("env.gpr")) {
      for (int i = 0; i < RISCV.size(); i++) {
        registers.line(RISCV.get(i), cpu.value("env.gpr", i));
      }
      registers.line("pc", cpu.value("env.pc"));
    } else if (cpu.has("env.psw.mask") && cpu.has("env.regs")) {
      registers.line("pswm", cpu.value("env.psw.mask"));
      registers.line("pswa", cpu.value("env.psw.addr"));
      registers.numbered("r", cpu, "env.regs", 16);
      registers.numbered("acr", cpu, "env.aregs", 16);
    } else if (cpu.has("env.nip") && cpu.has("env.gpr")) {
      registers.numbered("r", cpu, "env.gpr", 32);
      registers.line("pc", cpu.value("env.nip"));
      registers.line("msr", cpu.value("env.msr"));
      registers.line("lr", cpu.value("env.spr", LR));
      registers.line("ctr", cpu.value("env.spr", CTR));
      registers.line("xer", cpu.value("env.spr", XER));
    }
    return registers.lines;
  }

  private void numbered(String name, Fields cpu, String field, int count) {
    for (int i = 0; i < count; i++) {
      line(name + i, cpu.value(field, i));
    }
  }

  private void line(String name, long value) {
    String hexadecimal = "0x" + Long.toHexString(value);
    lines.add(String.format(Locale.ROOT, "%-14s %-18s %d", name, hexadecimal, value));
  }
}
