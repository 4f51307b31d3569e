package org.vmstate.analyzer.physical;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.vmstate.analyzer.domain.DomainDimms;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.vmdesc.StateNode;

/** What a pass finds that says where memory lies: blocks, a few devices, the ACPI tables, CPUs. */
public class StateFacts implements EventSink {
  private static final Pattern OF_INTEREST =
      Pattern.compile("mc146818rtc|vmcoreinfo|.*/I440FX|.*/mch|.*/virtio-mem-device-early");
  private static final String TABLES = "/rom@etc/acpi/tables";
  private static final long MOST_TABLES = 4 << 20;

  private final TreeMap<String, Fields> devices = new TreeMap<>();
  private final List<Fields> cpus = new ArrayList<>();
  private byte[] tables = {};
  private boolean tablesAsked;
  private DomainDimms dimms = DomainDimms.NONE;
  private String machine = "";
  private List<RamBlock> blocks = List.of();

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.SaveImageHeader e -> dimms = new DomainDimms(e.xml());
      case Event.Configuration e -> machine = e.configuration().machine();
      case Event.RamListEnd e -> blocks = e.blocks();
      case Event.RamPages e -> pages(e.content(), e.run());
      case Event.MappedPages e -> pages(e.content(), e.run());
      case Event.Device e -> device(e.section(), e.state());
      case Event.Unknown e when e.section().isPresent() ->
          device(e.section().get(), Optional.empty());
      default -> {}
    }
  }

  /** The tables are read when they pass by, so that a compressed stream needs no temporary file. */
  @Override
  public boolean wants(Want want) {
    return true;
  }

  private void pages(SourceBytes content, PageRun run) throws IOException {
    RamBlock block = run.block();
    if (run.kind() != PageKind.DATA
        || block.usedLength() > MOST_TABLES
        || !block.name().equals(TABLES)) {
      return;
    }
    if (tables.length == 0) {
      tables = new byte[(int) block.usedLength()];
    }
    for (long i = 0; i < run.count(); i++) {
      int at = (int) ((run.firstPage() + i) * block.pageSize());
      int length = Math.min(block.pageSize(), tables.length - at);
      content.copy(run.offset() + i * run.stride(), ByteBuffer.wrap(tables, at, length));
    }
  }

  private boolean sharesMemory;

  /** Reports whether a device shows memory of the host, whose block the user names. */
  final boolean sharesMemory() {
    return sharesMemory;
  }

  private void device(Section section, Optional<StateNode> state) {
    sharesMemory |= section.name().contains("/ivshmem");
    if (state.isEmpty()) {
      return;
    }
    if (section.name().equals("cpu")) {
      cpus.add(new Fields(state.get()));
    } else if (OF_INTEREST.matcher(section.name()).matches() || isCard(section.name())) {
      devices.put(section.name(), new Fields(state.get()));
    }
  }

  /** A display device and its block have the same prefix, the address on the bus. */
  private boolean isCard(String device) {
    String prefix = device.substring(0, device.indexOf('/') + 1);
    return !prefix.isEmpty()
        && blocks.stream().anyMatch(b -> b.name().startsWith(prefix) && b.name().endsWith("vram"));
  }

  /** Returns the device that a block belongs to by its prefix. */
  final Optional<Fields> ownerOf(RamBlock block) {
    String prefix = block.name().substring(0, block.name().indexOf('/') + 1);
    return prefix.isEmpty()
        ? Optional.empty()
        : devices.keySet().stream()
            .filter(n -> n.startsWith(prefix) && devices.get(n).has("config[0]"))
            .findFirst()
            .map(devices::get);
  }

  /** Returns the machine type, empty when the stream does not say. */
  public final String machine() {
    return machine;
  }

  /** Returns the RAM blocks. */
  public final List<RamBlock> blocks() {
    return blocks;
  }

  /** Returns the state of the CPUs in the order of the stream. */
  public final List<Fields> cpus() {
    return cpus;
  }

  final DomainDimms dimms() {
    return dimms;
  }

  final byte[] tables() {
    tablesAsked = true;
    return tables;
  }

  /** Reports whether a map asked for the tables, and the pass did not come by them in memory. */
  public final boolean wantsMemory() {
    return tablesAsked && tables.length == 0 && block(TABLES).isPresent();
  }

  /** Returns a device by the end of its name. */
  public final Optional<Fields> device(String end) {
    Predicate<String> wanted = name -> name.equals(end) || name.endsWith("/" + end);
    return devices.keySet().stream().filter(wanted).findFirst().map(devices::get);
  }

  final Optional<Fields> deviceNamed(String name) {
    return Optional.ofNullable(devices.get(name));
  }

  final Optional<RamBlock> block(String name) {
    return blocks.stream().filter(b -> b.name().equals(name)).findFirst();
  }
}
