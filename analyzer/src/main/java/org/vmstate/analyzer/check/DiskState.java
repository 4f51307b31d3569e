package org.vmstate.analyzer.check;

import java.util.List;
import java.util.Optional;
import org.vmstate.parser.qcow2.DiskHeader;
import org.vmstate.parser.qcow2.NoSuchSnapshotException;
import org.vmstate.parser.qcow2.Qcow2Disk;
import org.vmstate.parser.qcow2.Snapshot;
import org.vmstate.parser.qcow2.SnapshotChoice;

/**
 * The disk around a state.
 *
 * @param header its header
 * @param snapshots all of its snapshots
 * @param chosen the one whose state it is
 */
public record DiskState(DiskHeader header, List<Snapshot> snapshots, Snapshot chosen) {
  /**
   * Takes the facts of a disk.
   *
   * @param wanted id or name of the snapshot; the only one with a state by default
   */
  public static DiskState of(Qcow2Disk disk, Optional<String> wanted)
      throws NoSuchSnapshotException {
    return new DiskState(
        disk.header(), disk.snapshots(), SnapshotChoice.of(disk.snapshots(), wanted));
  }
}
