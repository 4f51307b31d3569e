package org.vmstate.analyzer.dump;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * Writes what {@code analyze-migration.py -f FILE} of QEMU 10.0 prints: one member for each section
 * that a START or FULL record announced, called by name and section id.
 */
public final class CompatDump implements EventSink {
  private final Report report;
  private final Map<String, Integer> announced = new HashMap<>();
  private List<RamBlock> blocks = List.of();
  private Section ram;

  private CompatDump(Report report) {
    this.report = report;
  }

  /** Writes the report of an image. */
  public static void run(ByteSource source, ParseOptions options, Report report)
      throws IOException {
    CompatDump dump = new CompatDump(report);
    report.beginObject("");
    try {
      ImageReader.read(source, options, dump);
      dump.flushRam();
    } finally {
      report.endTo(0);
    }
  }

  private static String key(Section section) {
    return section.name() + " (" + section.id() + ")";
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.SectionHeader h -> header(h);
      case Event.RamListEnd e -> blocks = e.blocks();
      case Event.Device e -> device(e.section(), e.state());
      case Event.Unknown e when e.section().isPresent() ->
          device(e.section().get(), Optional.empty());
      default -> {}
    }
  }

  private void header(Event.SectionHeader h) throws IOException {
    boolean starts = h.recordType() == StreamFormat.SECTION_START;
    if (!starts && h.recordType() != StreamFormat.SECTION_FULL) {
      return;
    }
    flushRam();
    if (h.section().name().equals(RamFormat.IDSTR)) {
      ram = h.section();
    } else if (starts) {
      // the script understands these sections but shows nothing of them
      report.text(key(h.section()), "");
    }
  }

  private void flushRam() throws IOException {
    if (ram == null) {
      return;
    }
    report.beginObject(key(ram));
    report.beginObject("section sizes");
    Map<String, Long> sizes = new LinkedHashMap<>();
    blocks.forEach(b -> sizes.put(b.name(), b.usedLength()));
    for (Map.Entry<String, Long> size : sizes.entrySet()) {
      report.hex64(size.getKey(), size.getValue());
    }
    report.end();
    report.end();
    ram = null;
  }

  private void device(Section section, Optional<StateNode> state) throws IOException {
    String key = key(section);
    int times = announced.merge(key, 1, Integer::sum);
    if (times > 1) {
      return;
    }
    if (state.isPresent()) {
      new CompatWriter(report).write(key, state.get());
    } else {
      report.text(key, "");
    }
  }
}
