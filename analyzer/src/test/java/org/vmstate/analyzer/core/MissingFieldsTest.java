package org.vmstate.analyzer.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.analyzer.physical.Fields;

/** A register that the state does not have is no zero: the CPU's notes are left out, and told. */
class MissingFieldsTest {
  private static final int EM_X86_64 = 62;

  enum Kind {
    X86(MissingFieldsTest::x86),
    ARM64(() -> arm(0x3c5, 0x603000000013c030L)),
    ARM64_NARROW(
        () -> arm(0x1d3, 0x603000000013c030L).without("env.xregs").counting("env.xregs", 1)),
    ARM32(() -> arm(0x1d3, 0x4030000000000001L).without("env.pc")),
    PPC64(MissingFieldsTest::ppc64),
    RISCV(() -> new States().with("env.misa_mxl", 2).with("env.pc", 7).counting("env.gpr", 32)),
    S390(MissingFieldsTest::s390),
    LOONGARCH(MissingFieldsTest::loongarch),
    LOONGARCH_OLD(() -> floats(loongarch().counting("env.fpr", 32)));

    private final Supplier<States> make;

    Kind(Supplier<States> make) {
      this.make = make;
    }
  }

  private static States x86() {
    States segment =
        new States().with("selector", 1).with("base", 2).with("limit", 3).with("flags", 4);
    States cpu = new States().counting("env.regs", 16).structs("env.segs", 6, segment);
    for (String name : List.of("ldt", "tr", "gdt", "idt")) {
      cpu.structs("env." + name, 1, segment);
    }
    for (String name : List.of("eip", "eflags", "cr[0]", "cr[2]", "cr[3]", "cr[4]")) {
      cpu.with("env." + name, 9);
    }
    return cpu.with("env.kernelgsbase", 8).with("env.hflags", 1 << 14);
  }

  private static States arm(long cpsr, long index) {
    States cpu = new States().with("cpsr", cpsr).with("cpreg_vmstate_indexes", index);
    cpu.counting("env.regs", 16).counting("env.xregs", 32).with("env.pc", 5);
    cpu.counting("env.banked_r13", 8).counting("env.banked_r14", 8);
    return cpu.counting("env.usr_regs", 5).counting("env.fiq_regs", 5);
  }

  private static States ppc64() {
    States cpu = new States().counting("env.gpr", 32).counting("env.crf", 8).with("env.nip", 1);
    cpu.with("env.msr", 1).counting("env.spr", 1024).with("env.spe_acc", 1);
    cpu.subsection("cpu/fpu", new States().counting("env.vsr", 32).with("env.fpscr", 1));
    return cpu.subsection("cpu/altivec", new States().bytes("env.vsr", 32, 16).with("vscr", 1));
  }

  private static States s390() {
    States cpu = new States().counting("env.regs", 16).counting("env.aregs", 16);
    cpu.counting("env.cregs", 16);
    for (String name : List.of("psw.mask", "psw.addr", "fpc", "psa", "cputm", "ckc", "todpr")) {
      cpu.with("env." + name, 1);
    }
    for (int i = 0; i < 16; i++) {
      cpu.with("env.vregs[" + i + "][0]", i);
    }
    return cpu;
  }

  private static States loongarch() {
    States cpu = new States().counting("env.gpr", 32).with("env.CSR_CRMD", 8);
    return cpu.with("env.CSR_ERA", 3).with("env.CSR_BADV", 4);
  }

  private static States floats(States state) {
    return state.with("env.fcsr0", 768).counting("env.cf", 8);
  }

  private static ElfCore core(Fields... cpus) {
    return new ElfCore(List.of(), List.of(cpus), new byte[0]);
  }

  @ParameterizedTest
  @EnumSource
  void everyFieldThatIsReadIsRequired(Kind kind) {
    Fields whole = kind.make.get().fields();
    assertEquals(List.of(), core(whole).omitted());
    int alone = core(whole).front().length;
    for (String name : kind.make.get().names()) {
      Fields cut = kind.make.get().without(name).fields();
      ElfCore core = core(whole, cut, whole);
      boolean same =
          List.of(core(whole, whole, whole).front().length).contains(core.front().length);
      if (core.omitted().isEmpty()) {
        // not read at all: nothing may change
        assertTrue(same, name);
        assertEquals(
            ByteBuffer.wrap(core(whole, whole, whole).front()),
            ByteBuffer.wrap(core.front()),
            name + " is read, but not required");
        continue;
      }
      assertEquals(
          List.of("no registers of CPU 1: field " + name + " is not in the state"), core.omitted());
      assertTrue(core.front().length > alone, "the others keep theirs");
      assertEquals(core(whole, whole).front().length, core.front().length, name);
    }
  }

  @Test
  void arrayThatIsTooShortIsMissingItsEnd() {
    Fields cut = x86().without("env.regs").counting("env.regs", 10).fields();
    assertEquals(
        List.of("no registers of CPU 0: field env.regs[10] is not in the state"),
        core(cut).omitted());
  }

  @Test
  void structWithoutAFieldIsMissingIt() {
    States segment = new States().with("selector", 1).with("limit", 3).with("flags", 4);
    Fields cut = x86().without("env.segs").structs("env.segs", 6, segment).fields();
    assertEquals(
        List.of("no registers of CPU 0: field env.segs.base is not in the state"),
        core(cut).omitted());
  }

  @Test
  void featureThatIsSentMustBeWhole() {
    Fields cut = ppc64().subsection("cpu/vsx", new States().with("other", 1)).fields();
    assertEquals(
        List.of("no registers of CPU 0: field cpu/vsx/env.vsr is not in the state"),
        core(cut).omitted());
    Fields vectors = ppc64().subsection("cpu/altivec", new States().with("vscr", 1)).fields();
    assertEquals(
        List.of("no registers of CPU 0: field cpu/altivec/env.vsr is not in the state"),
        core(vectors).omitted());
    States low = floats(new States().structs("env.fpr", 32, new States().with("UD[1]", 1)));
    assertEquals(
        List.of("no registers of CPU 0: field cpu/fpu/env.fpr.UD[0] is not in the state"),
        core(loongarch().subsection("cpu/fpu", low).fields()).omitted());
  }

  @Test
  void wordSizeIsThatOfTheFirstWholeCpu() {
    ElfCore core = core(x86().without("env.hflags").fields(), x86().fields());
    ByteBuffer front = ByteBuffer.wrap(core.front()).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(EM_X86_64, front.getShort(18));
    assertEquals(1, core.omitted().size());
  }
}
