package org.vmstate.analyzer.physical;

import java.util.Arrays;
import java.util.Optional;

/**
 * A machine whose memory has a known place. Source: QEMU 10.0 hw/i386, hw/arm/virt.c,
 * hw/s390x/s390-virtio-ccw.c, hw/ppc/spapr.c, hw/riscv/virt.c, hw/loongarch/virt.c, hw/m68k/virt.c,
 * hw/openrisc/virt.c, hw/arm/sbsa-ref.c.
 */
enum Board {
  I440FX("pc", "pc.ram", 0, "pc-i440fx-.*|pc-[01]\\..*|pc", true),
  Q35("q35", "pc.ram", 0, "pc-q35-.*|q35", true),
  ISA("isapc", "pc.ram", 0, "isapc", true),
  MICROVM("microvm", "microvm.ram", 0, "microvm", true),
  VIRT("virt", "mach-virt.ram", 1L << 30, "virt-.*", false),
  S390("s390-ccw-virtio", "s390.ram", 0, "s390-ccw-virtio.*", false),
  PSERIES("pseries", "ppc_spapr.ram", 0, "pseries.*", false),
  RISCV("virt (riscv)", "riscv_virt_board.ram", 2L << 30, "virt", false),
  LOONGARCH("virt (loongarch)", "loongarch.ram", 0, "virt", false),
  M68K("virt (m68k)", "m68k_virt.ram", 0, "virt-.*", false),
  OPENRISC("virt (openrisc)", "openrisc.ram", 0, "virt", false),
  SBSA("sbsa-ref", "sbsa-ref.ram", 1L << 40, "sbsa-ref", false);

  /** What LoongArch's machine has of its memory at 0; the rest is at 2 GiB. */
  private static final long LOONGARCH_LOW = 256L << 20;

  private final String label;
  private final String memory;
  private final long base;
  private final String names;
  private final boolean pc;

  Board(String label, String memory, long base, String names, boolean pc) {
    this.label = label;
    this.memory = memory;
    this.base = base;
    this.names = names;
    this.pc = pc;
  }

  /**
   * Finds the board by the machine type, or by the name of a block where that says more. Machines
   * called virt exist for many architectures, so there it takes more than the name.
   */
  static Optional<Board> of(StateFacts facts) {
    Optional<Board> byBlock =
        Arrays.stream(values()).filter(b -> !b.pc && facts.block(b.memory).isPresent()).findFirst();
    if (isOfManyArchitectures(facts)) {
      return byBlock.filter(b -> facts.machine().matches(b.names)).or(() -> byCpu(facts));
    }
    return Arrays.stream(values())
        .filter(b -> facts.machine().matches(b.names))
        .findFirst()
        .or(() -> byBlock);
  }

  private static Optional<Board> byCpu(StateFacts facts) {
    if (RISCV.rom().flatMap(facts::block).isPresent()) {
      return Optional.of(RISCV);
    }
    return facts.cpus().stream()
        .findFirst()
        .flatMap(
            cpu ->
                cpu.has("env.misa_mxl")
                    ? Optional.of(RISCV)
                    : cpu.has("env.xregs") ? Optional.of(VIRT) : Optional.empty());
  }

  /** Reports whether the machine type is one that several architectures have. */
  static boolean isOfManyArchitectures(StateFacts facts) {
    return facts.machine().matches(VIRT.names + "|" + RISCV.names);
  }

  String label() {
    return label;
  }

  /** Returns the name of the block that is the memory when there are no NUMA backends. */
  String memory() {
    return memory;
  }

  long base() {
    return base;
  }

  /** Returns how much of the memory lies at the base before it goes on elsewhere. */
  long low() {
    return this == LOONGARCH ? LOONGARCH_LOW : Long.MAX_VALUE;
  }

  /** Returns where the memory goes on. */
  long highBase() {
    return 2L << 30;
  }

  boolean isPc() {
    return pc;
  }

  /** Returns the name of a ROM's block. */
  Optional<String> rom() {
    return this == RISCV ? Optional.of("riscv_virt_board.mrom") : Optional.empty();
  }

  long romBase() {
    return 0x1000;
  }
}
