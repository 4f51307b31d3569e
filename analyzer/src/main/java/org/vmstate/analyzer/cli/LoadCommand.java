package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.output.DiskPlace;
import org.vmstate.parser.qcow2.NameLookup;
import org.vmstate.parser.qcow2.Snapshot;
import org.vmstate.parser.qcow2.SnapshotChoice;

/** How a state in a disk is loaded. */
final class LoadCommand {
  private LoadCommand() {}

  /** Returns what to say of a new disk, which holds nothing but the state. */
  static List<String> ofNew(Path disk, String snapshot) {
    return lines(disk, snapshot, true);
  }

  /**
   * Returns what to say of a state that was written into a disk.
   *
   * @param chosen what the user called the snapshot
   */
  static List<String> of(Path disk, String chosen) throws IOException {
    List<Snapshot> snapshots = DiskPlace.snapshots(disk);
    return of(disk, snapshots, SnapshotChoice.place(snapshots, chosen).orElseThrow());
  }

  /** Returns what to say of the state that a snapshot of a disk holds. */
  static List<String> of(Path disk, Snapshot snapshot) throws IOException {
    return of(disk, DiskPlace.snapshots(disk), snapshot);
  }

  private static List<String> of(Path disk, List<Snapshot> snapshots, Snapshot snapshot) {
    Optional<Snapshot> other = new NameLookup(snapshots).insteadOf(snapshot);
    return other.isEmpty()
        ? lines(disk, snapshot.name(), false)
        : List.of(
            "QEMU does not load it: of the name "
                + snapshot.name()
                + " it loads snapshot "
                + SnapshotChoice.label(other.get())
                + "; 'vmstate-img convert -O qcow2 -l snapshot.id="
                + quoted(snapshot.id())
                + " "
                + quoted(disk.toString())
                + " OUT' puts the state into a disk of its own");
  }

  private static List<String> lines(Path disk, String snapshot, boolean own) {
    return List.of(
        "QEMU loads it with: " + arguments(disk, snapshot, own),
        "or by QMP with: " + qmp(snapshot, own));
  }

  /**
   * Returns the arguments to add to the guest's command line.
   *
   * @param own whether the disk holds nothing but the state
   */
  private static String arguments(Path disk, String snapshot, boolean own) {
    return own
        ? "-blockdev driver=qcow2,node-name=state,file.driver=file,file.filename="
            + disk.toString().replace(",", ",,")
            + " -loadvm "
            + quoted(snapshot)
        : "-loadvm " + quoted(snapshot) + ", once " + disk + " is one of its disks";
  }

  /**
   * Returns the QMP command that loads it into a paused guest of QEMU 6.0 or later.
   *
   * @param own whether the disk holds nothing but the state, under the name that {@link #arguments}
   *     gives
   */
  private static String qmp(String snapshot, boolean own) {
    String node = own ? "state" : "NODE";
    StringBuilder tag = new StringBuilder();
    for (char c : snapshot.toCharArray()) {
      tag.append(c == '"' || c == '\\' ? "\\" : "").append(c);
    }
    return "{\"execute\": \"snapshot-load\", \"arguments\": {\"job-id\": \"load\", \"tag\": \""
        + tag
        + "\", \"vmstate\": \""
        + node
        + "\", \"devices\": [\""
        + node
        + "\"]}}";
  }

  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9._/-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
