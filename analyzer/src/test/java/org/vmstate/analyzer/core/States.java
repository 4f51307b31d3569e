package org.vmstate.analyzer.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;

/** Builds decoded state by hand. */
final class States {
  private final Map<String, FieldNode> fields = new TreeMap<>();
  private final Map<String, StateNode> subsections = new TreeMap<>();

  /** Adds an integer of 8 bytes, or an array of them. */
  States with(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length);
    for (long value : values) {
      raw.putLong(value);
    }
    return add(name, FieldType.UNSIGNED, values.length, 8, raw.array(), List.of());
  }

  /** Adds an array of 8-byte integers that count from 1. */
  States counting(String name, int count) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = i + 1L;
    }
    return with(name, values);
  }

  /** Adds bytes that are no integers. */
  States bytes(String name, int count, int size) {
    return add(name, FieldType.BUFFER, count, size, new byte[count * size], List.of());
  }

  /** Adds an array of equal structs. */
  States structs(String name, int count, States element) {
    List<StateNode> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      elements.add(element.node(name));
    }
    return add(name, FieldType.STRUCT, count, 0, new byte[0], elements);
  }

  States subsection(String name, States inside) {
    subsections.put(name, inside.node(name));
    return this;
  }

  States without(String name) {
    fields.remove(name);
    return this;
  }

  private States add(
      String name, FieldType type, int count, long size, byte[] raw, List<StateNode> elements) {
    FieldDesc desc = new FieldDesc(name, "", type, count, count > 1, size, List.of());
    fields.put(name, new FieldNode(desc, new ByteRange(0, raw.length), raw, elements));
    return this;
  }

  List<String> names() {
    return List.copyOf(fields.keySet());
  }

  private StateNode node(String name) {
    return new StateNode(
        new StateDesc(name, 1, List.of(), List.of()),
        new ByteRange(0, 0),
        List.copyOf(fields.values()),
        List.copyOf(subsections.values()));
  }

  Fields fields() {
    return new Fields(node("cpu"));
  }
}
