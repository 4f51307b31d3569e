package org.vmstate.analyzer.core;

import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.physical.Fields;

/** All notes of a dump: those of the CPUs, then the guest's own. */
final class CoreNotes {
  private final Optional<CpuNotes> kind;
  private final byte[] bytes;
  private final int guestNote;

  /**
   * Makes the notes.
   *
   * @param vmcoreinfo the guest's own note, header included, empty when there is none
   */
  CoreNotes(List<Fields> cpus, byte[] vmcoreinfo) {
    kind = CpuNotes.of(cpus);
    Notes collected = new Notes(order());
    if (kind.isPresent()) {
      for (int i = 0; i < cpus.size(); i++) {
        kind.get().add(cpus.get(i), i + 1, collected);
      }
      cpus.forEach(cpu -> kind.get().addMore(cpu, collected));
    }
    guestNote = collected.toBytes().length;
    collected.add(vmcoreinfo);
    bytes = collected.toBytes();
  }

  ByteOrder order() {
    return kind.map(CpuNotes::order).orElse(ByteOrder.LITTLE_ENDIAN);
  }

  Optional<CpuNotes> kind() {
    return kind;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Returns where the guest's own note begins. */
  int guestNote() {
    return guestNote;
  }
}
