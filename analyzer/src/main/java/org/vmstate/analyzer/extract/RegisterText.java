package org.vmstate.analyzer.extract;

import java.util.List;
import java.util.Locale;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * The registers of a CPU as text: of x86 under their names, in lines as QEMU's monitor prints them,
 * of others as gdb prints them, and all under the names of the description. Source: QEMU 10.0
 * target/i386/machine.c, cpu-dump.c.
 */
final class RegisterText {
  private static final String[] GENERAL = {
    "RAX=0", "RBX=3", "RCX=1", "RDX=2", "RSI=6", "RDI=7", "RBP=5", "RSP=4", "R8 =8", "R9 =9",
    "R10=10", "R11=11", "R12=12", "R13=13", "R14=14", "R15=15"
  };
  private static final String[] SEGMENTS = {"ES", "CS", "SS", "DS", "FS", "GS"};
  private static final List<String> MSRS =
      List.of(
          "efer",
          "star",
          "lstar",
          "cstar",
          "fmask",
          "kernelgsbase",
          "sysenter_cs",
          "sysenter_esp",
          "sysenter_eip",
          "pat",
          "tsc",
          "tsc_aux",
          "xcr0",
          "smbase");

  private final StringBuilder out = new StringBuilder();

  private RegisterText() {}

  /** Returns the text of a CPU. */
  static String of(Section section, StateNode state) {
    RegisterText text = new RegisterText();
    text.add("CPU#%d\n", section.instance());
    Fields cpu = new Fields(state);
    if (cpu.has("env.regs") && cpu.has("env.segs") && cpu.has("env.eip")) {
      text.x86(cpu);
    } else {
      DebuggerRegisters.of(cpu).forEach(line -> text.add("%s\n", line));
      text.fields("", state);
    }
    return text.out.append('\n').toString();
  }

  private void add(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }

  private void x86(Fields cpu) {
    for (int i = 0; i < GENERAL.length; i++) {
      int index = Integer.parseInt(GENERAL[i].substring(4));
      add("%s%016x%s", GENERAL[i].substring(0, 4), cpu.value("env.regs", index), end(i, 4));
    }
    add("RIP=%016x RFL=%08x\n", cpu.value("env.eip"), cpu.value("env.eflags"));
    List<Fields> segments = cpu.structs("env.segs");
    for (int i = 0; i < Math.min(SEGMENTS.length, segments.size()); i++) {
      segment(SEGMENTS[i], segments.get(i));
    }
    cpu.structs("env.ldt").forEach(s -> segment("LDT", s));
    cpu.structs("env.tr").forEach(s -> segment("TR", s));
    for (String name : new String[] {"gdt", "idt"}) {
      for (Fields table : cpu.structs("env." + name)) {
        add(
            "%s=     %016x %08x\n",
            name.toUpperCase(Locale.ROOT), table.value("base"), table.value("limit"));
      }
    }
    add(
        "CR0=%08x CR2=%016x CR3=%016x CR4=%08x\n",
        cpu.value("env.cr[0]"),
        cpu.value("env.cr[2]"),
        cpu.value("env.cr[3]"),
        cpu.value("env.cr[4]"));
    for (int i = 0; i < 8; i++) {
      add("DR%d=%016x%s", i, cpu.value("env.dr", i), end(i, 4));
    }
    for (int i = 0; i < MSRS.size(); i++) {
      add(
          "%s=%016x%s",
          MSRS.get(i).toUpperCase(Locale.ROOT), cpu.value("env." + MSRS.get(i)), end(i, 3));
    }
    out.append(out.charAt(out.length() - 1) == '\n' ? "" : "\n");
    add(
        "FCW=%04x FSW=%04x FTW=%02x MXCSR=%08x\n",
        cpu.value("env.fpuc"),
        cpu.value("env.fpus_vmstate"),
        cpu.value("env.fptag_vmstate"),
        cpu.value("env.mxcsr"));
    vectors(cpu);
  }

  private static String end(int index, int inLine) {
    return index % inLine == inLine - 1 ? "\n" : " ";
  }

  private void segment(String name, Fields segment) {
    add(
        "%-3s=%04x %016x %08x %08x\n",
        name,
        segment.value("selector"),
        segment.value("base"),
        segment.value("limit"),
        segment.value("flags"));
  }

  private void vectors(Fields cpu) {
    List<Fields> floats = cpu.structs("env.fpregs");
    for (int i = 0; i < floats.size(); i++) {
      add(
          "FPR%d=%016x %04x%s",
          i, floats.get(i).value("tmp_mant"), floats.get(i).value("tmp_exp"), end(i, 2));
    }
    List<Fields> low = cpu.structs("env.xmm_regs[0]");
    low = low.isEmpty() ? cpu.structs("env.xmm_regs") : low;
    for (int i = 0; i < low.size(); i++) {
      add(
          "XMM%02d=%016x %016x%s",
          i, low.get(i).value("_q_ZMMReg[1]"), low.get(i).value("_q_ZMMReg[0]"), end(i, 2));
    }
  }

  /** Writes every integer under its name. */
  private void fields(String before, StateNode node) {
    for (FieldNode field : node.fields()) {
      String name = before + field.desc().name();
      int size = (int) field.desc().size();
      boolean integer =
          switch (field.desc().type()) {
            case SIGNED, UNSIGNED, LITTLE, BOOL, TIMER -> size > 0 && size <= Long.BYTES;
            default -> false;
          };
      for (int i = 0; integer && i < field.desc().count(); i++) {
        String index = field.desc().count() > 1 ? "[" + i + "]" : "";
        String digits = "%0" + 2 * size + "x";
        long value = FieldValue.integer(field, i) & -1L >>> Long.SIZE - 8 * size;
        add("%s%s=" + digits + "\n", name, index, value);
      }
      for (StateNode element : field.elements()) {
        fields(name + ".", element);
      }
    }
    node.subsections().forEach(s -> fields(before + s.desc().name() + ".", s));
  }
}
