package org.vmstate.parser.qcow2;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.Qcow2Snapshot;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/** Reads the list of snapshots. */
final class SnapshotTable {
  private static final int ALIGN = 8;

  private SnapshotTable() {}

  /** Reads all entries; names that are longer than QEMU finds are cut. */
  static List<Snapshot> read(ByteSource file, DiskHeader header) throws IOException {
    List<Snapshot> result = new ArrayList<>();
    if (header.snapshots() == 0) {
      return result;
    }
    long start = header.snapshotTable();
    file.path().push("snapshots");
    if (start < 0 || start % header.geometry().clusterSize() != 0) {
      throw file.malformed(
          Reason.DISK_TABLE_OUTSIDE,
          "snapshot table: expected a cluster's start, found 0x" + Long.toHexString(start),
          64);
    }
    if (start >= file.length()) {
      throw file.malformed(
          Reason.DISK_TABLE_OUTSIDE,
          "snapshot table: expected it inside the file, found 0x" + Long.toHexString(start),
          64);
    }
    file.seek(start);
    for (int i = 0; i < header.snapshots(); i++) {
      int index = i;
      file.path().setDetail(() -> "snapshot[" + index + "]");
      file.skip(Math.floorMod(start - file.position(), ALIGN));
      result.add(entry(file, i));
      if (file.position() - start > Qcow2Format.MAX_SNAPSHOT_TABLE) {
        throw file.limitExceeded(
            Reason.SNAPSHOT_LIMIT,
            "snapshot table: the limit is " + Qcow2Format.MAX_SNAPSHOT_TABLE + " bytes",
            start);
      }
    }
    file.path().setDetail(null);
    file.path().pop();
    return result;
  }

  private static Snapshot entry(ByteSource file, int index) throws IOException {
    long start = file.position();
    Qcow2Snapshot raw = SpecReader.read(file, "entry", Reason.SNAPSHOT_FIELD, Qcow2Snapshot::new);
    long length = raw.lenExtra();
    if (length > Qcow2Format.MAX_EXTRA) {
      throw file.limitExceeded(
          Reason.SNAPSHOT_LIMIT,
          "extra data: " + length + " bytes, the limit is " + Qcow2Format.MAX_EXTRA,
          start + 36);
    }
    long extra = file.position();
    long stateSize =
        length >= 8 ? file.offset64("VM state size", Reason.SNAPSHOT_FIELD) : raw.lenStateShort();
    OptionalLong diskSize =
        length >= 16
            ? OptionalLong.of(file.offset64("disk size", Reason.SNAPSHOT_FIELD))
            : OptionalLong.empty();
    long icount = length >= Qcow2Format.EXTRA ? file.be64() : -1;
    file.skip(extra + length - file.position());
    String id = text(file, raw.lenId(), Qcow2Format.MAX_ID);
    String name = text(file, raw.lenName(), Qcow2Format.MAX_NAME);
    return new Snapshot(
        index,
        new ByteRange(start, file.position()),
        id,
        name,
        stateSize,
        raw.seconds(),
        raw.nanoseconds(),
        raw.clock(),
        icount == -1 ? OptionalLong.empty() : OptionalLong.of(icount),
        diskSize,
        raw.l1Offset(),
        raw.l1Entries());
  }

  private static String text(ByteSource file, int length, int most) throws IOException {
    int kept = Math.min(length, most + 1);
    byte[] bytes = file.bytes(kept, most + 1, "name");
    file.skip(length - kept);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
