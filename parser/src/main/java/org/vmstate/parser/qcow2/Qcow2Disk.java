package org.vmstate.parser.qcow2;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.ExtentSource;
import org.vmstate.parser.io.Extents;
import org.vmstate.parser.io.StructurePath;

/**
 * A qcow2 disk image, read for the VM states in its internal snapshots.
 *
 * <p>Whatever the file holds, only a {@link StateFormatException} is thrown for it.
 */
public final class Qcow2Disk {
  private final ByteSource file;
  private final Path path;
  private final DiskHeader header;
  private final List<Snapshot> snapshots;

  private Qcow2Disk(ByteSource file, Path path, DiskHeader header, List<Snapshot> snapshots) {
    this.file = file;
    this.path = path;
    this.header = header;
    this.snapshots = List.copyOf(snapshots);
  }

  /** Reports whether a qcow2 image starts at the cursor. */
  public static boolean isOne(ByteSource file) throws IOException {
    return file.peek32(0) == Qcow2Format.MAGIC;
  }

  /**
   * Reads header and snapshot table.
   *
   * @param file the image, in which seeking works
   * @param path where it lies, for its backing file; may be null
   */
  public static Qcow2Disk open(ByteSource file, Path path) throws IOException {
    file.path().push("qcow2");
    DiskHeader header = DiskHeader.read(file);
    List<Snapshot> snapshots = SnapshotTable.read(file, header);
    file.path().clear();
    return new Qcow2Disk(file, path, header, snapshots);
  }

  /** Returns the header. */
  public DiskHeader header() {
    return header;
  }

  /** Returns all snapshots in the order of the table. */
  public List<Snapshot> snapshots() {
    return snapshots;
  }

  /** Returns the snapshots that hold VM state. */
  public List<Snapshot> states() {
    return snapshots.stream().filter(Snapshot::hasState).toList();
  }

  /**
   * Looks up where a VM state lies: the stream, and after it perhaps what an older state left.
   *
   * @throws UnsupportedFeatureException when it is encrypted
   */
  public Extents extents(Snapshot snapshot) throws IOException {
    String where = "qcow2.snapshot[" + snapshot.index() + "]";
    if (header.encrypted()) {
      throw new UnsupportedFeatureException(
          Reason.DISK_ENCRYPTED,
          "VM state: expected plain clusters, found encrypted ones",
          32,
          where);
    }
    long start =
        header.geometry().stateIndex(snapshot.diskSize().orElse(header.diskSize()))
            * header.geometry().bytesPerL1Entry();
    return new StateExtents(file, header, snapshot, new Backing(path, header, start), where);
  }

  /**
   * Opens the first bytes of a VM state. Closing it closes the file.
   *
   * @param length number of bytes, at most what the extents have
   */
  public ByteSource source(Snapshot snapshot, Extents all, long length) {
    StructurePath start = new StructurePath();
    start.push("snapshot " + snapshot.name());
    return new ExtentSource(all, length, file, start);
  }
}
