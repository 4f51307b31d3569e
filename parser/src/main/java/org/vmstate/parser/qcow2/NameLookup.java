package org.vmstate.parser.qcow2;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds what QEMU loads of a snapshot's name. It looks the name up that {@code -loadvm} gives, and
 * then reverts to the first snapshot that has it for its id, or else for its name: QEMU 10.0
 * migration/savevm.c, block/qcow2-snapshot.c.
 */
public final class NameLookup {
  private final Map<String, Snapshot> byId = new HashMap<>();
  private final Map<String, Snapshot> byName = new HashMap<>();

  /**
   * Reads the table once, however many names are looked up.
   *
   * @param snapshots all of a disk, in their order
   */
  public NameLookup(List<Snapshot> snapshots) {
    for (Snapshot snapshot : snapshots) {
      byId.putIfAbsent(snapshot.id(), snapshot);
      byName.putIfAbsent(snapshot.name(), snapshot);
    }
  }

  /** Returns what is loaded of a snapshot's name in its place; nothing when it is that snapshot. */
  public Optional<Snapshot> insteadOf(Snapshot wanted) {
    return Optional.ofNullable(byId.get(wanted.name()))
        .or(() -> Optional.ofNullable(byName.get(wanted.name())))
        .filter(s -> s.index() != wanted.index());
  }
}
