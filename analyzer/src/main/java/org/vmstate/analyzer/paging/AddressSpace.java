package org.vmstate.analyzer.paging;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmstate.analyzer.physical.Fields;

/** The virtual addresses that a CPU knows at the moment. */
public sealed interface AddressSpace
    permits X86Paging, Arm64Paging, RiscvPaging, S390Paging, AddressSpace.Untranslated {

  /** Reads words of page tables. */
  interface Tables {
    /** Reads an integer of 4 or 8 bytes at a physical address, in the byte order of the CPU. */
    long read(long address, int size) throws IOException;
  }

  /** Returns the physical address of a virtual one, nothing where it is not mapped. */
  OptionalLong translate(long virtual, Tables tables) throws IOException;

  /** Reports whether tables are big-endian. */
  default boolean isBigEndian() {
    return false;
  }

  /** Finds the kind by the names of fields; nothing for a CPU whose tables are not known here. */
  static Optional<AddressSpace> of(Fields cpu) {
    if (cpu.has("env.eip")) {
      return Optional.of(X86Paging.of(cpu));
    }
    if (cpu.has("env.xregs")) {
      return Optional.of(Arm64Paging.of(cpu));
    }
    if (cpu.has("env.psw.mask")) {
      return Optional.of(S390Paging.of(cpu));
    }
    if (cpu.has("env.misa_mxl")) {
      return Optional.of(RiscvPaging.of(cpu));
    }
    return Optional.empty();
  }

  /** A CPU that does not translate. */
  record Untranslated() implements AddressSpace {
    @Override
    public OptionalLong translate(long virtual, Tables tables) {
      return OptionalLong.of(virtual);
    }
  }
}
