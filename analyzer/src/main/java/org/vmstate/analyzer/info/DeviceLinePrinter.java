package org.vmstate.analyzer.info;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
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
      out.print(Visible.text(line.toString()) + "\n");
    }
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
      report.number("queues", d.queues());
      report.beginArray("features");
      for (String feature : d.features()) {
        report.text("", feature);
      }
      report.end();
      report.end();
    }
    report.end();
  }
}
