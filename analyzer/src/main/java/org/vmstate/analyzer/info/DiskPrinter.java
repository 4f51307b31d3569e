package org.vmstate.analyzer.info;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import org.vmstate.analyzer.report.Columns;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Sizes;
import org.vmstate.analyzer.report.Visible;
import org.vmstate.parser.qcow2.DiskHeader;
import org.vmstate.parser.qcow2.Snapshot;
import org.vmstate.parser.qcow2.SnapshotChoice;

/** Prints what a qcow2 disk holds, for people or as a report. */
public final class DiskPrinter {
  private static final long SECOND = 1_000_000_000L;

  private DiskPrinter() {}

  private static void line(PrintStream out, String text) {
    out.println(Visible.text(text));
  }

  private static String bytes(long size) {
    return Sizes.human(size) + " (" + size + " bytes)";
  }

  /** Prints the disk and a line for each snapshot. */
  public static void human(DiskInfo info, PrintStream out) {
    DiskHeader header = info.header();
    line(out, "image: " + info.image());
    line(out, "file format: qcow2, version " + header.version());
    line(out, "file size: " + bytes(info.size()));
    info.diskSize().ifPresent(s -> line(out, "disk size: " + bytes(s)));
    line(out, "virtual disk: " + bytes(header.diskSize()));
    line(out, "cluster size: " + header.geometry().clusterSize() + " bytes");
    if (!header.backingFile().isEmpty()) {
      line(out, "backing file: " + header.backingFile());
    }
    if (header.encrypted()) {
      line(out, "encrypted: yes, saved states cannot be read");
    }
    if (header.isCorrupt()) {
      line(out, "marked as corrupt: yes, QEMU opens it only to read");
    }
    if (info.snapshots().isEmpty()) {
      line(out, "snapshots: none");
      return;
    }
    line(out, "snapshots:");
    line(out, row("ID", "NAME", "VM STATE", "DATE", "VM CLOCK", "MACHINE"));
    for (DiskInfo.State state : info.snapshots()) {
      Snapshot s = state.snapshot();
      line(
          out,
          row(
              s.id(),
              s.name(),
              s.hasState() ? Sizes.human(s.stateSize()) : "none",
              date(s),
              clock(s.clock()),
              machine(state)));
    }
    for (DiskInfo.State state : info.snapshots()) {
      Snapshot s = state.snapshot();
      state
          .instead()
          .ifPresent(
              other ->
                  line(
                      out,
                      "warning: of the name "
                          + s.name()
                          + " QEMU loads snapshot "
                          + SnapshotChoice.label(other)
                          + ", not snapshot "
                          + s.id()));
    }
    info.chosen()
        .ifPresent(s -> line(out, "saved state: snapshot " + s.id() + " (" + s.name() + ")"));
  }

  private static String row(
      String id, String name, String size, String date, String clock, String machine) {
    String row =
        "    "
            + Columns.left(id, 4)
            + " "
            + Columns.left(name, 20)
            + " "
            + Columns.right(size, 10)
            + "  "
            + Columns.left(date, 20)
            + "  "
            + Columns.left(clock, 13)
            + "  "
            + machine;
    return row.stripTrailing();
  }

  private static String machine(DiskInfo.State state) {
    if (!state.problem().isEmpty()) {
      return "not readable: " + state.problem();
    }
    String pages = state.pageSize() == 0 ? "" : ", pages of " + state.pageSize();
    return state.snapshot().hasState() && state.machine().isEmpty()
        ? "not recorded" + pages
        : state.machine() + pages;
  }

  private static String date(Snapshot snapshot) {
    return Columns.moment(snapshot.seconds());
  }

  /** Hours, minutes, seconds and milliseconds, as qemu-img prints them. */
  private static String clock(long nanoseconds) {
    long seconds = Long.divideUnsigned(nanoseconds, SECOND);
    long milliseconds = Long.remainderUnsigned(nanoseconds, SECOND) / 1_000_000;
    return Columns.digits(seconds / 3600, 4)
        + ":"
        + Columns.digits(seconds / 60 % 60, 2)
        + ":"
        + Columns.digits(seconds % 60, 2)
        + "."
        + Columns.digits(milliseconds, 3);
  }

  /** Writes the facts as members of an object that is open. */
  public static void report(DiskInfo info, Report report) throws IOException {
    DiskHeader header = info.header();
    report.text("image", info.image());
    report.text("format", "qcow2");
    report.number("file_size", info.size());
    if (info.diskSize().isPresent()) {
      report.number("disk_size", info.diskSize().getAsLong());
    }
    report.beginObject("qcow2");
    report.number("version", header.version());
    report.number("virtual_size", header.diskSize());
    report.number("cluster_size", header.geometry().clusterSize());
    report.bool("extended_l2", header.geometry().extendedL2());
    report.text("compression", header.zstd() ? "zstd" : "deflate");
    if (!header.backingFile().isEmpty()) {
      report.text("backing_file", header.backingFile());
    }
    report.bool("encrypted", header.encrypted());
    report.bool("dirty", header.isDirty());
    report.bool("corrupt", header.isCorrupt());
    if (info.chosen().isPresent()) {
      report.text("snapshot", info.chosen().get().id());
    }
    report.beginArray("snapshots");
    for (DiskInfo.State state : info.snapshots()) {
      snapshot(state, report);
    }
    report.end();
    report.end();
  }

  private static void snapshot(DiskInfo.State state, Report report) throws IOException {
    Snapshot s = state.snapshot();
    report.beginObject("");
    report.text("id", s.id());
    report.text("name", s.name());
    report.number("state_size", s.stateSize());
    report.text("date", Instant.ofEpochSecond(s.seconds(), s.nanoseconds() % SECOND).toString());
    report.text("vm_clock_ns", Long.toUnsignedString(s.clock()));
    if (s.icount().isPresent()) {
      report.text("icount", Long.toUnsignedString(s.icount().getAsLong()));
    }
    if (s.diskSize().isPresent()) {
      report.number("virtual_size", s.diskSize().getAsLong());
    }
    if (!state.machine().isEmpty()) {
      report.text("machine", state.machine());
    }
    if (state.pageSize() > 0) {
      report.number("page_size", state.pageSize());
    }
    if (!state.problem().isEmpty()) {
      report.text("problem", state.problem());
    }
    if (state.instead().isPresent()) {
      report.text("loaded_instead", state.instead().get().id());
    }
    report.end();
  }
}
