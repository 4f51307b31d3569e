package org.vmstate.analyzer.info;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.vmstate.analyzer.domain.DomainFacts;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.analyzer.physical.PhysicalRange;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Sizes;
import org.vmstate.analyzer.report.Visible;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.StreamConfiguration;

/** Prints the facts about an image, for people or as a report. */
public final class InfoPrinter {
  private InfoPrinter() {}

  private static void line(PrintStream out, String text) {
    out.println(Visible.text(text));
  }

  private static String bytes(long size) {
    return Sizes.human(size) + " (" + size + " bytes)";
  }

  /**
   * Prints lines in the manner of {@code qemu-img info}.
   *
   * @param devices lines on devices, where they are wanted
   * @param inside whether the image lies in a disk, of which was already told
   */
  public static void human(
      ImageInfo info, Optional<List<DeviceLine>> devices, boolean inside, PrintStream out) {
    if (inside) {
      line(out, "state format: " + info.format().label());
    } else {
      line(out, "image: " + info.image());
      line(out, "file format: " + info.format().label());
    }
    info.compressedWith().ifPresent(c -> line(out, "compressed with: " + c.label()));
    info.size().ifPresent(s -> line(out, (inside ? "state size: " : "file size: ") + bytes(s)));
    info.diskSize().ifPresent(s -> line(out, "disk size: " + bytes(s)));
    if (info.saveHeader().isPresent()) {
      saveHeader(info.saveHeader().get(), out);
    }
    info.domain()
        .ifPresent(
            d -> {
              line(out, "domain: " + d.name() + (d.uuid().isEmpty() ? "" : " " + d.uuid()));
              if (d.memory() > 0) {
                line(out, "domain memory: " + Sizes.human(d.memory()));
              }
            });
    info.configuration().ifPresent(c -> configuration(info, c, out));
    if (!info.blocks().isEmpty()) {
      line(out, "ram: " + bytes(info.ramLength()) + " in " + info.blocks().size() + " blocks");
      for (RamBlock block : info.blocks()) {
        String address = block.address() > 0 ? " at 0x" + Long.toHexString(block.address()) : "";
        line(out, "    " + block.name() + ": " + Sizes.human(block.usedLength()) + address);
      }
      line(out, "target page size: " + info.blocks().getFirst().pageSize() + " bytes");
    }
    info.areas().ifPresent(a -> line(out, a.words()));
    info.memory().ifPresent(m -> memory(m, out));
    info.devices().ifPresent(n -> line(out, "device sections: " + n));
    devices.ifPresent(list -> DeviceLinePrinter.human(list, out));
    if (info.unused() > 0) {
      line(out, "after the stream: " + bytes(info.unused()) + ", which no loader reads");
    }
    line(out, "restore: " + info.restore());
  }

  private static void memory(PhysicalMap map, PrintStream out) {
    line(
        out,
        "physical memory: "
            + map.certainty().label()
            + " ("
            + String.join("; ", map.basis())
            + ")");
    for (PhysicalRange range : map.ranges()) {
      line(
          out,
          String.format(
              Locale.ROOT,
              "    0x%x to 0x%x: %s%s%s",
              range.start(),
              range.end(),
              range.block().name(),
              range.offset() == 0 ? "" : " from 0x" + Long.toHexString(range.offset()),
              range.rom() ? ", not memory of the guest" : ""));
    }
  }

  private static void memory(PhysicalMap map, Report report) throws IOException {
    report.beginObject("physical_memory");
    report.text("certainty", map.certainty().label());
    report.beginArray("basis");
    for (String text : map.basis()) {
      report.text("", text);
    }
    report.end();
    report.beginArray("ranges");
    for (PhysicalRange range : map.ranges()) {
      report.beginObject("");
      report.hex64("start", range.start());
      report.number("length", range.length());
      report.text("block", range.block().name());
      report.number("offset", range.offset());
      report.text("kind", range.rom() ? "rom" : "ram");
      report.end();
    }
    report.end();
    report.end();
  }

  private static void saveHeader(SaveHeader saveHeader, PrintStream out) {
    line(
        out,
        "libvirt header: version "
            + saveHeader.version()
            + (saveHeader.bigEndian() ? ", big-endian" : "")
            + (saveHeader.complete() ? "" : ", save not finished"));
    line(out, "guest state: " + (saveHeader.running() ? "running" : "paused"));
    line(out, "stream offset: " + saveHeader.streamOffset());
  }

  private static void configuration(ImageInfo info, StreamConfiguration c, PrintStream out) {
    if (info.saveHeader().isEmpty() && info.streamOffset() > 0) {
      line(out, "stream offset: " + info.streamOffset());
    }
    line(out, "stream version: " + c.version());
    line(out, "machine type: " + (c.present() ? c.machine() : "not recorded"));
    if (!c.capabilities().isEmpty()) {
      line(out, "capabilities: " + String.join(", ", c.capabilities()));
    }
    c.uuid().ifPresent(u -> line(out, "uuid: " + u));
  }

  /** Writes the facts as one object. */
  public static void report(ImageInfo info, Report report) throws IOException {
    report.beginObject("");
    report(info, Optional.empty(), false, report);
    report.end();
  }

  /**
   * Writes the facts as members of an object that is open.
   *
   * @param devices lines on devices, where they are wanted
   * @param inside whether the image lies in a disk, of which was already told
   */
  public static void report(
      ImageInfo info, Optional<List<DeviceLine>> devices, boolean inside, Report report)
      throws IOException {
    if (!inside) {
      report.text("image", info.image());
    }
    report.text(inside ? "state_format" : "format", info.format().label());
    if (info.compressedWith().isPresent()) {
      report.text("compressed_with", info.compressedWith().get().label());
    }
    if (info.size().isPresent()) {
      report.number(inside ? "state_size" : "file_size", info.size().getAsLong());
    }
    if (info.diskSize().isPresent()) {
      report.number("disk_size", info.diskSize().getAsLong());
    }
    if (info.saveHeader().isPresent()) {
      SaveHeader e = info.saveHeader().get();
      report.beginObject("libvirt");
      report.bool("complete", e.complete());
      report.number("version", e.version());
      report.text("byte_order", e.bigEndian() ? "big" : "little");
      report.text("image_format", e.compression().label());
      report.bool("running", e.running());
      report.end();
    }
    if (info.domain().isPresent()) {
      DomainFacts d = info.domain().get();
      report.beginObject("domain");
      report.text("name", d.name());
      report.text("uuid", d.uuid());
      report.number("memory", d.memory());
      report.text("machine", d.machine());
      report.end();
    }
    long offset = info.saveHeader().map(SaveHeader::streamOffset).orElse(info.streamOffset());
    report.number("stream_offset", offset);
    if (info.configuration().isPresent()) {
      configuration(info.configuration().get(), report);
    }
    report.beginArray("ram_blocks");
    for (RamBlock block : info.blocks()) {
      report.beginObject("");
      report.text("name", block.name());
      report.number("used_length", block.usedLength());
      report.number("page_size", block.pageSize());
      if (block.address() >= 0) {
        report.hex64("address", block.address());
      }
      report.end();
    }
    report.end();
    if (info.areas().isPresent()) {
      info.areas().get().report(report);
    }
    if (info.memory().isPresent()) {
      memory(info.memory().get(), report);
    }
    if (info.devices().isPresent()) {
      report.number("device_sections", info.devices().getAsInt());
    }
    if (devices.isPresent()) {
      DeviceLinePrinter.report(devices.get(), report);
    }
    if (info.unused() > 0) {
      report.number("unused_bytes", info.unused());
    }
    report.text("restore", info.restore());
  }

  private static void configuration(StreamConfiguration c, Report report) throws IOException {
    report.number("stream_version", c.version());
    if (!c.present()) {
      return;
    }
    report.text("machine", c.machine());
    report.beginArray("capabilities");
    for (String capability : c.capabilities()) {
      report.text("", capability);
    }
    report.end();
    if (c.uuid().isPresent()) {
      report.text("uuid", c.uuid().get());
    }
  }
}
