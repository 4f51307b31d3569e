package org.vmstate.analyzer.core;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.physical.Fields;

/** All notes of a dump: those of the CPUs, then the guest's own. */
final class CoreNotes {
  private final Optional<CpuNotes> kind;
  private final byte[] bytes;
  private final int guestNote;
  private final List<String> omitted = new ArrayList<>();

  /**
   * Makes the notes.
   *
   * @param vmcoreinfo the guest's own note, header included, empty when there is none
   */
  CoreNotes(List<Fields> cpus, byte[] vmcoreinfo) {
    kind = CpuNotes.of(cpus);
    Notes collected = new Notes(order());
    if (kind.isPresent()) {
      List<Fields> whole = new ArrayList<>();
      for (int i = 0; i < cpus.size(); i++) {
        Optional<String> missing = kind.get().missing(cpus.get(i));
        if (missing.isPresent()) {
          omitted.add(
              "no registers of CPU " + i + ": field " + missing.get() + " is not in the state");
        } else {
          kind.get().add(cpus.get(i), i + 1, collected);
          whole.add(cpus.get(i));
        }
      }
      whole.forEach(cpu -> kind.get().addMore(cpu, collected));
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

  /** Returns a line for each CPU whose registers are left out, with the reason. */
  List<String> omitted() {
    return List.copyOf(omitted);
  }

  byte[] bytes() {
    return bytes;
  }

  /** Returns where the guest's own note begins. */
  int guestNote() {
    return guestNote;
  }
}
