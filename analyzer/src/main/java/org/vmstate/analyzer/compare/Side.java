package org.vmstate.analyzer.compare;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.memory.PageCounts;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.StreamConfiguration;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.memory.FinalMemory;

/** All that is compared of one image. */
final class Side extends FinalMemory {
  private static final int CHUNK = 256 << 10;

  private final Map<String, Device> devices = new LinkedHashMap<>();
  private final List<String> order = new ArrayList<>();
  private final PageCounts counts = new PageCounts();
  private StreamConfiguration configuration;
  private Envelope envelope;
  private String xml = "";
  private String cookie = "";
  private String packed = "";

  /**
   * A device section.
   *
   * @param state decoded state, or nothing
   * @param opaque its bytes when it is not decoded
   */
  record Device(long version, Optional<StateNode> state, Opaque opaque) {}

  @Override
  public boolean wantsData() {
    return true;
  }

  @Override
  public void envelope(Envelope found, String domainXml, String cookieXml) {
    envelope = found;
    xml = domainXml;
    cookie = cookieXml;
  }

  @Override
  public void unpacking(Compression compression) {
    packed = compression.label();
  }

  @Override
  public void configuration(StreamConfiguration found) {
    configuration = found;
  }

  @Override
  public void ramBlocks(List<RamBlock> blocks) throws IOException {
    super.ramBlocks(blocks);
    counts.blocks(blocks);
  }

  @Override
  public void pages(PageRun run) throws IOException {
    super.pages(run);
    counts.add(run);
  }

  @Override
  public void element(Element element) throws IOException {
    switch (element) {
      case Element.SectionHeader e ->
          order.add(e.recordType() + " " + e.section().id() + " " + key(e.section()));
      case Element.Command e -> order.add("command " + CommandType.of(e.code()).label());
      case Element.DevicePayload e -> payload(e);
      default -> {}
    }
  }

  private static String key(Section section) {
    return section.name() + " " + section.instance();
  }

  private void payload(Element.DevicePayload e) throws IOException {
    if (e.section().name().equals(RamFormat.IDSTR)) {
      return;
    }
    String key = key(e.section());
    Device before = devices.get(key);
    // an iterable's parts follow one another
    Opaque opaque = before != null && before.state().isEmpty() ? before.opaque() : new Opaque();
    ByteRange range = e.range();
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, range.length()));
    for (long at = range.start(); at < range.end(); at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), range.end() - at));
      source().copy(at, chunk);
      opaque.add(chunk.flip());
    }
    devices.put(key, new Device(e.section().version(), Optional.empty(), opaque));
  }

  @Override
  public void deviceState(Section section, Optional<StateNode> state, Optional<Problem> problem) {
    if (state.isPresent()) {
      devices.put(
          key(section),
          new Device(section.version(), state.map(DeviceDecoders::expand), new Opaque()));
    }
  }

  Map<String, Device> devices() {
    return devices;
  }

  Optional<StreamConfiguration> configuration() {
    return Optional.ofNullable(configuration);
  }

  Optional<Envelope> envelope() {
    return Optional.ofNullable(envelope);
  }

  String xml() {
    return xml;
  }

  String cookie() {
    return cookie;
  }

  /** Returns how it is packed, empty when it is not. */
  String packed() {
    return packed;
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
