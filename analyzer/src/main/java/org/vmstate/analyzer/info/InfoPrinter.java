package org.vmstate.analyzer.info;

import java.io.IOException;
import java.io.PrintStream;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Sizes;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.StreamConfiguration;

/** Prints the facts about an image, for people or as a report. */
public final class InfoPrinter {
  private InfoPrinter() {}

  private static String bytes(long size) {
    return Sizes.human(size) + " (" + size + " bytes)";
  }

  /** Prints lines in the manner of {@code qemu-img info}. */
  public static void human(ImageInfo info, PrintStream out) {
    out.println("image: " + info.image());
    out.println("file format: " + info.format().label());
    info.packedWith().ifPresent(c -> out.println("packed with: " + c.label()));
    info.size().ifPresent(s -> out.println("file size: " + bytes(s)));
    info.diskSize().ifPresent(s -> out.println("disk size: " + bytes(s)));
    if (info.envelope().isPresent()) {
      envelope(info.envelope().get(), out);
    }
    info.domain()
        .ifPresent(
            d -> {
              out.println("domain: " + d.name() + (d.uuid().isEmpty() ? "" : " " + d.uuid()));
              if (d.memory() > 0) {
                out.println("domain memory: " + Sizes.human(d.memory()));
              }
            });
    info.configuration().ifPresent(c -> configuration(info, c, out));
    if (!info.blocks().isEmpty()) {
      out.println("ram: " + bytes(info.ramLength()) + " in " + info.blocks().size() + " blocks");
      for (RamBlock block : info.blocks()) {
        String address = block.address() > 0 ? " at 0x" + Long.toHexString(block.address()) : "";
        out.println("    " + block.name() + ": " + Sizes.human(block.usedLength()) + address);
      }
      out.println("target page size: " + info.blocks().getFirst().pageSize() + " bytes");
    }
    info.devices().ifPresent(n -> out.println("device sections: " + n));
    out.println("restore: " + info.restore());
  }

  private static void envelope(Envelope envelope, PrintStream out) {
    out.println(
        "libvirt header: version "
            + envelope.version()
            + (envelope.bigEndian() ? ", big-endian" : "")
            + (envelope.complete() ? "" : ", save not finished"));
    out.println("guest state: " + (envelope.running() ? "running" : "paused"));
    out.println("stream offset: " + envelope.streamOffset());
  }

  private static void configuration(ImageInfo info, StreamConfiguration c, PrintStream out) {
    if (info.envelope().isEmpty() && info.streamOffset() > 0) {
      out.println("stream offset: " + info.streamOffset());
    }
    out.println("stream version: " + c.version());
    out.println("machine type: " + (c.present() ? c.machine() : "not recorded"));
    if (!c.capabilities().isEmpty()) {
      out.println("capabilities: " + String.join(", ", c.capabilities()));
    }
    c.uuid().ifPresent(u -> out.println("uuid: " + u));
  }

  /** Writes the facts as members of one object. */
  public static void report(ImageInfo info, Report report) throws IOException {
    report.beginObject("");
    report.text("image", info.image());
    report.text("format", info.format().label());
    if (info.packedWith().isPresent()) {
      report.text("packed_with", info.packedWith().get().label());
    }
    if (info.size().isPresent()) {
      report.number("file_size", info.size().getAsLong());
    }
    if (info.diskSize().isPresent()) {
      report.number("disk_size", info.diskSize().getAsLong());
    }
    if (info.envelope().isPresent()) {
      Envelope e = info.envelope().get();
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
    long offset = info.envelope().map(Envelope::streamOffset).orElse(info.streamOffset());
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
    if (info.devices().isPresent()) {
      report.number("device_sections", info.devices().getAsInt());
    }
    report.text("restore", info.restore());
    report.end();
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
