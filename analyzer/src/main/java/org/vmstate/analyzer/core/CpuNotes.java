package org.vmstate.analyzer.core;

import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.physical.Fields;

/** Registers of one kind of CPU as notes. */
sealed interface CpuNotes
    permits X86Notes, Arm64Notes, Arm32Notes, S390Notes, Ppc64Notes, RiscvNotes, LoongarchNotes {

  /** Finds the kind by the first CPU that has all fields of its kind, or else of any kind. */
  static Optional<CpuNotes> of(List<Fields> cpus) {
    Optional<CpuNotes> whole =
        cpus.stream()
            .flatMap(cpu -> kind(cpu).filter(kind -> kind.missing(cpu).isEmpty()).stream())
            .findFirst();
    return whole.or(() -> cpus.stream().flatMap(cpu -> kind(cpu).stream()).findFirst());
  }

  /** Finds the kind of a CPU by the names of fields. */
  private static Optional<CpuNotes> kind(Fields first) {
    if (first.has("env.eip")) {
      return Optional.of(new X86Notes(first));
    }
    if (first.has("env.xregs")) {
      return Optional.of(Arm64Notes.fits(first) ? new Arm64Notes() : new Arm32Notes());
    }
    if (first.has("env.psw.mask")) {
      return Optional.of(new S390Notes());
    }
    if (first.has("env.nip") && first.has("env.gpr")) {
      return Optional.of(new Ppc64Notes(first));
    }
    if (first.has("env.misa_mxl")) {
      return Optional.of(new RiscvNotes(first));
    }
    if (first.has("env.CSR_CRMD")) {
      return Optional.of(new LoongarchNotes());
    }
    return Optional.empty();
  }

  /** Returns the ELF machine number. */
  int machine();

  ByteOrder order();

  /** Reports whether the core is of 64 bits also when all memory is below 4 GiB. */
  boolean is64();

  /** Returns the fields that a CPU must have for its notes. */
  List<RequiredField> required(Fields cpu);

  /** Returns the name of a required field that a CPU does not have. */
  default Optional<String> missing(Fields cpu) {
    return required(cpu).stream().flatMap(field -> field.missing(cpu).stream()).findFirst();
  }

  /**
   * Adds what tells of one CPU, which has the required fields.
   *
   * @param id from 1
   */
  void add(Fields cpu, int id, Notes notes);

  /** Adds what follows the notes of all CPUs. */
  default void addMore(Fields cpu, Notes notes) {}
}
