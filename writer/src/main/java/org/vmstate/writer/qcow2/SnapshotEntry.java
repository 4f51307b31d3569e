package org.vmstate.writer.qcow2;

import io.kaitai.struct.ByteBufferKaitaiStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.spec.Qcow2Snapshot;
import org.vmstate.writer.io.SpecWriter;

/** Entries of the snapshot table. */
final class SnapshotEntry {
  private static final long FITS = 1L << 32;

  private SnapshotEntry() {}

  /** Returns the entry of a new snapshot. */
  static byte[] of(
      String id, String name, Instant date, long diskSize, long l1, long entries, long state) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
    Qcow2Snapshot entry = new Qcow2Snapshot();
    entry.setL1Offset(l1);
    entry.setL1Entries(entries);
    entry.setLenId(idBytes.length);
    entry.setLenName(nameBytes.length);
    entry.setSeconds(date.getEpochSecond());
    entry.setNanoseconds(date.getNano());
    entry.setClock(0);
    entry.setLenStateShort(state < FITS ? state : 0);
    entry.setLenExtra(Qcow2Format.EXTRA);
    Qcow2Snapshot.Extra extra = new Qcow2Snapshot.Extra();
    extra.setLenState(state);
    extra.setDiskSize(diskSize);
    extra.setIcount(-1);
    ByteBuffer result =
        ByteBuffer.allocate(
            Qcow2Format.SNAPSHOT_ENTRY + Qcow2Format.EXTRA + idBytes.length + nameBytes.length);
    result.put(SpecWriter.bytes(entry, Qcow2Format.SNAPSHOT_ENTRY));
    result.put(SpecWriter.bytes(extra, Qcow2Format.EXTRA));
    return result.put(idBytes).put(nameBytes).array();
  }

  /** Returns an entry with another state; all that is not known here stays. */
  static byte[] replaced(byte[] old, long l1, long entries, long state) {
    Qcow2Snapshot entry = new Qcow2Snapshot(new ByteBufferKaitaiStream(old));
    entry._read();
    boolean wide = entry.lenExtra() >= Long.BYTES;
    entry.setL1Offset(l1);
    entry.setL1Entries(entries);
    entry.setLenStateShort(state < FITS ? state : wide ? 0 : FITS - 1);
    byte[] result = old.clone();
    byte[] head = SpecWriter.bytes(entry, Qcow2Format.SNAPSHOT_ENTRY);
    System.arraycopy(head, 0, result, 0, head.length);
    if (wide) {
      ByteBuffer.wrap(result).putLong(Qcow2Format.SNAPSHOT_ENTRY, state);
    }
    return result;
  }
}
