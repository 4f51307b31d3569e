package org.vmstate.analyzer.check;

import java.io.IOException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.qcow2.Qcow2Format;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.Capability;
import org.vmstate.parser.qcow2.NameLookup;
import org.vmstate.parser.qcow2.SnapshotChoice;

/** Asks what the disk around a state has to do with its loading. */
final class DiskInspector extends Inspector {
  private final DiskState disk;

  DiskInspector(Findings findings, DiskState disk) {
    super(findings);
    this.disk = disk;
  }

  private void found(Reason reason, long offset, String place, String text) {
    add(Finding.of(Problem.of(reason, text, offset, place, Facts.NONE)));
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (event instanceof Event.Configuration e && e.configuration().has(Capability.MAPPED_RAM)) {
      mappedRam(event.range().start());
    }
  }

  private void mappedRam(long offset) {
    if (release().isFrom(11, 1)) {
      add(
          Finding.of(
                  Rule.DISK_LOADS,
                  offset,
                  place(),
                  "mapped-ram in a disk: a guest that is paused when QEMU loads it keeps its own"
                      + " pages where the state has zeros; let it run, or start with -loadvm")
              .as(Severity.INFO));
    } else {
      found(
          Reason.DISK_MAPPED_RAM,
          offset,
          place(),
          "mapped-ram in a disk: QEMU before 10.2 does not load it");
    }
  }

  @Override
  void finish(boolean whole) {
    applied(Rule.DISK_LOADS);
    applied(Rule.SNAPSHOT_NAME);
    new NameLookup(disk.snapshots())
        .insteadOf(disk.chosen())
        .ifPresent(
            other ->
                found(
                    Reason.SNAPSHOT_NAME_OF_ANOTHER,
                    disk.chosen().range().start(),
                    "qcow2.snapshot[" + disk.chosen().index() + "]",
                    "name: expected one that no other snapshot has for its name or id, found "
                        + disk.chosen().name()
                        + ", with which QEMU loads snapshot "
                        + SnapshotChoice.label(other)));
    if (disk.header().isCorrupt()) {
      found(
          Reason.DISK_CORRUPT,
          Qcow2Format.HEADER_2,
          "qcow2.header",
          "incompatible features: expected no mark of corruption, which qemu-img check -r takes"
              + " away, found one");
    }
    if (disk.header().bitmaps() > 0) {
      found(
          Reason.DISK_BITMAPS,
          Qcow2Format.SWITCH_AT,
          "qcow2.header",
          "bitmaps: expected none on a disk that is reverted, found " + disk.header().bitmaps());
    }
  }
}
