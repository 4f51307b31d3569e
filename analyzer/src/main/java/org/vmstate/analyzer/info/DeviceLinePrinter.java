package org.vmstate.analyzer.info;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Sizes;
import org.vmstate.analyzer.report.Visible;

/** Prints what is known of devices at a glance. */
final class DeviceLinePrinter {
  private DeviceLinePrinter() {}

  static void human(List<DeviceLine> devices, PrintStream out) {
    out.print("devices:\n");
    for (DeviceLine d : devices) {
      StringBuilder line = new StringBuilder("    ").append(d.name()).append('#');
      line.append(d.instance());
      if (!d.pci().isEmpty()) {
        line.append(", PCI ").append(d.pci());
      }
      if (!d.mac().isEmpty()) {
        line.append(", MAC ").append(d.mac());
      }
      d.capacity().ifPresent(c -> line.append(", capacity ").append(Sizes.human(c)));
      if (d.queues() > 0) {
        line.append(", ").append(d.queues()).append(d.queues() == 1 ? " queue" : " queues");
      }
      if (!d.features().isEmpty()) {
        line.append(", ").append(String.join(" ", d.features()));
      }
      if (d.opaque() > 0) {
        line.append(", ").append(d.opaque()).append(" bytes opaque");
      }
      out.print(Visible.text(line.toString()) + "\n");
    }
    long length = devices.stream().mapToLong(DeviceLine::length).sum();
    long opaque = devices.stream().mapToLong(DeviceLine::opaque).sum();
    out.print(
        String.format(
            Locale.ROOT,
            "device state: %d bytes, %d of them opaque (%.1f %%)\n",
            length,
            opaque,
            length == 0 ? 0.0 : 100.0 * opaque / length));
  }

  static void report(List<DeviceLine> devices, Report report) throws IOException {
    report.beginArray("devices");
    for (DeviceLine d : devices) {
      report.beginObject("");
      report.text("name", d.name());
      report.number("instance", d.instance());
      report.text("type", d.type());
      report.text("address", d.address());
      if (!d.mac().isEmpty()) {
        report.text("mac", d.mac());
      }
      if (d.capacity().isPresent()) {
        report.number("capacity", d.capacity().getAsLong());
      }
      if (!d.pci().isEmpty()) {
        report.text("pci", d.pci());
      }
      report.number("queues", d.queues());
      report.beginArray("features");
      for (String feature : d.features()) {
        report.text("", feature);
      }
      report.end();
      report.number("length", d.length());
      report.number("opaque", d.opaque());
      report.end();
    }
    report.end();
  }
}
