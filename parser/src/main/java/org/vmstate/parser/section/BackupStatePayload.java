package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/**
 * What Proxmox's QEMU saves of its backups, {@code pbs-state}: be64 length and that many bytes, in
 * a START record only. Source: pve-qemu 11.0 debian/patches/pve.
 */
final class BackupStatePayload implements SelfDelimited {
  @Override
  public void skip(ByteSource source, int recordType) throws IOException {
    if (recordType == StreamFormat.SECTION_START) {
      source.skip(source.offset64("length", Reason.BACKUP_STATE));
    }
  }
}
