package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.writer.vmdesc.StateEncoder;

/**
 * What became of the bytes of devices: how many there are, how many stay opaque, and where. Each
 * section has to be covered to its last byte, and to be written from its fields as it was.
 */
final class DeviceTally implements EventSink {
  private final Map<String, Long> opaque = new TreeMap<>();
  private final List<String> notes = new ArrayList<>();
  private final TreeSet<String> types = new TreeSet<>();
  private long all;
  private long sections;

  @Override
  public boolean wants(Want want) {
    return want == Want.DATA;
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.Device e -> device(e);
      case Event.Unknown e -> {
        all += e.range().length();
        add(e.section().map(s -> s.name()).orElse("?"), e.range().length());
      }
      default -> {}
    }
  }

  private void add(String where, long bytes) {
    opaque.merge(where, bytes, Long::sum);
  }

  private void device(Event.Device e) throws IOException {
    long length = e.range().length();
    String name = e.section().name();
    all += length;
    sections++;
    Optional<StateNode> state =
        DeviceDecoders.decode(e, note -> notes.add(type(name) + ": " + note));
    if (state.isEmpty()) {
      add(type(name), length);
      return;
    }
    StateNode node = state.get();
    types.add(node.desc().name());
    assertEquals(e.range(), node.range(), name);
    count(type(name), node);
    byte[] payload = new byte[(int) length];
    e.content().copy(e.range().start(), ByteBuffer.wrap(payload));
    assertArrayEquals(payload, StateEncoder.encode(node), name);
  }

  private static String type(String section) {
    return section.substring(section.lastIndexOf('/') + 1);
  }

  private void count(String path, StateNode node) {
    for (FieldNode field : node.fields()) {
      String name = path + "." + field.desc().name();
      boolean bytes =
          field.elements().isEmpty()
              && (field.desc().type() == FieldType.OPAQUE
                  || field.desc().type() == FieldType.QUEUE && field.raw().length > 1);
      if (bytes) {
        add(name + " (" + field.desc().typeName() + ")", field.range().length());
      }
      field.elements().forEach(e -> count(name, e));
    }
    node.subsections().forEach(s -> count(path + "." + s.desc().name(), s));
  }

  /** Adds what another one counted. */
  void add(DeviceTally other) {
    other.opaque.forEach(this::add);
    notes.addAll(other.notes);
    types.addAll(other.types);
    all += other.all;
    sections += other.sections;
  }

  /** Returns why fields that have a decoder stay bytes. */
  List<String> notes() {
    return notes;
  }

  /** Returns the names of the descriptions of all sections. */
  TreeSet<String> types() {
    return types;
  }

  /** Returns the bytes of all sections. */
  long all() {
    return all;
  }

  /** Returns the bytes that stay opaque. */
  long opaque() {
    return opaque.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public String toString() {
    return "opaque: "
        + opaque()
        + " of "
        + all
        + " bytes in "
        + sections
        + " sections of "
        + types.size()
        + " types "
        + opaque;
  }
}
