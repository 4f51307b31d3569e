package org.vmstate.analyzer.compare;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.memory.AbsentPages;
import org.vmstate.analyzer.memory.PageCounts;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.MemoryRun;

/** All that is compared of one image. */
final class Side extends FinalMemory {
  private static final int CHUNK = 256 << 10;

  private final Map<String, Device> devices = new LinkedHashMap<>();
  private final List<String> order = new ArrayList<>();
  private final PageCounts counts = new PageCounts();
  private final Front front = new Front();
  private final AbsentPages absent = new AbsentPages(null);

  /**
   * A device section.
   *
   * @param state decoded state, or nothing
   * @param opaque its bytes when it is not decoded
   */
  record Device(long version, Optional<StateNode> state, Opaque opaque) {}

  @Override
  public boolean wants(Want want) {
    return true;
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    front.accept(event);
    absent.accept(event);
    switch (event) {
      case Event.RamListEnd e -> counts.blocks(e.blocks());
      case Event.RamPages e -> counts.add(e.run());
      case Event.MappedPages e -> counts.add(e.run());
      case Event.SectionHeader e ->
          order.add(e.recordType() + " " + e.section().id() + " " + key(e.section()));
      case Event.Command e -> order.add("command " + CommandType.of(e.code()).label());
      case Event.Device e -> device(e);
      case Event.IterablePart e -> opaque(e, e.section());
      default -> {}
    }
  }

  private static String key(Section section) {
    return section.name() + " " + section.instance();
  }

  private void device(Event.Device e) throws IOException {
    Optional<StateNode> state = DeviceDecoders.decode(e, note -> {});
    if (state.isPresent()) {
      Section section = e.section();
      String key = key(section);
      // two devices may have one name and one instance
      for (int i = 2; devices.containsKey(key); i++) {
        key = key(section) + " (" + i + ")";
      }
      devices.put(key, new Device(section.version(), state, new Opaque()));
    } else if (!e.section().name().equals(RamFormat.IDSTR)) {
      opaque(e, e.section());
    }
  }

  private void opaque(Event.Bytes e, Section section) throws IOException {
    String key = key(section);
    Device before = devices.get(key);
    // an iterable's parts follow one another
    Opaque opaque = before != null && before.state().isEmpty() ? before.opaque() : new Opaque();
    ByteRange range = e.range();
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, range.length()));
    for (long at = range.start(); at < range.end(); at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), range.end() - at));
      e.content().copy(at, chunk);
      opaque.add(chunk.flip());
    }
    devices.put(key, new Device(section.version(), Optional.empty(), opaque));
  }

  /**
   * Reports whether what a block lacks is memory that virtio-mem has unplugged: as good as zeros.
   */
  boolean lacksOnlyUnplugged(RamBlock block) throws IOException {
    long[] missing = {0};
    contents()
        .forEachRun(
            block, run -> missing[0] += run instanceof MemoryRun.NeverSent ? run.count() : 0);
    return missing[0] > 0 && absent.isUnplugged(block, missing[0]);
  }

  Map<String, Device> devices() {
    return devices;
  }

  Optional<SaveHeader> saveHeader() {
    return front.saveHeader();
  }

  String xml() {
    return front.xml();
  }

  String cookie() {
    return front.cookie();
  }

  /** Returns how it is compressed, empty when it is not. */
  String compressed() {
    return front.compression().map(Compression::label).orElse("");
  }

  /** Returns records and commands in their order. */
  List<String> order() {
    return order;
  }

  /** Returns how many pages of a block were sent in each way. */
  String sent(RamBlock block) {
    StringBuilder text = new StringBuilder();
    for (PageKind kind : PageKind.values()) {
      long count = counts.count(block, kind);
      if (count > 0) {
        text.append(text.isEmpty() ? "" : ", ").append(count).append(' ').append(kind.label());
      }
    }
    return text.toString();
  }
}
