package org.vmstate.analyzer.info;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.qcow2.DiskHeader;
import org.vmstate.parser.qcow2.NameLookup;
import org.vmstate.parser.qcow2.Qcow2Disk;
import org.vmstate.parser.qcow2.Snapshot;
import org.vmstate.parser.qcow2.SnapshotChoice;

/**
 * The facts about a qcow2 disk with saved states in it.
 *
 * @param image its name
 * @param header its header
 * @param size length of the file in bytes
 * @param diskSize bytes on disk, where the file system tells
 * @param snapshots what is known of its snapshots
 * @param chosen the snapshot that is described further
 */
public record DiskInfo(
    String image,
    DiskHeader header,
    long size,
    OptionalLong diskSize,
    List<State> snapshots,
    Optional<Snapshot> chosen) {
  /** Most states whose head is read for the list. */
  private static final int LOOKED_INTO = 4096;

  /**
   * A snapshot and the head of its state.
   *
   * @param snapshot its entry
   * @param machine machine type, empty when not known
   * @param pageSize target page size in bytes, 0 when not known
   * @param problem why the head cannot be read, empty when it can
   * @param instead the snapshot that QEMU loads of this one's name, where it is another
   */
  public record State(
      Snapshot snapshot,
      String machine,
      int pageSize,
      String problem,
      Optional<Snapshot> instead) {}

  /**
   * Reads the facts.
   *
   * @param wanted id or name of the snapshot to describe; the only one by default
   */
  public static DiskInfo read(
      String image, Container container, Supplier<OptionalLong> diskSize, Optional<String> wanted)
      throws IOException {
    Qcow2Disk disk = container.disk().orElseThrow();
    List<Snapshot> states = disk.states();
    Optional<Snapshot> chosen =
        wanted.isPresent() || states.size() == 1
            ? Optional.of(SnapshotChoice.of(disk.snapshots(), wanted))
            : Optional.empty();
    List<State> found = new ArrayList<>();
    NameLookup names = new NameLookup(disk.snapshots());
    for (Snapshot snapshot : disk.snapshots()) {
      Optional<Snapshot> instead = names.insteadOf(snapshot);
      found.add(
          snapshot.hasState() && found.size() < LOOKED_INTO
              ? head(container, snapshot, instead)
              : new State(snapshot, "", 0, "", instead));
    }
    return new DiskInfo(
        image, disk.header(), container.length(), diskSize.get(), List.copyOf(found), chosen);
  }

  private static State head(Container container, Snapshot snapshot, Optional<Snapshot> instead)
      throws IOException {
    Container.Head head = container.head(snapshot);
    List<RamBlock> blocks = head.front().blocks();
    return new State(
        snapshot,
        head.front().configuration().map(StreamConfiguration::machine).orElse(""),
        blocks.isEmpty() ? 0 : blocks.getFirst().pageSize(),
        head.problem().orElse(""),
        instead);
  }
}
