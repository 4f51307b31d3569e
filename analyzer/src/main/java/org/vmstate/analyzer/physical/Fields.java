package org.vmstate.analyzer.physical;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;

/** Looks up decoded device state by the names that the description gives. */
public final class Fields {
  /** A state without fields. */
  public static final Fields NONE =
      new Fields(
          new StateNode(
              new StateDesc("", 0, List.of(), List.of()),
              new ByteRange(0, 0),
              List.of(),
              List.of()));

  private final StateNode node;

  /** Looks into the state of a device, a struct or a subsection. */
  public Fields(StateNode node) {
    this.node = node;
  }

  /** Returns a subsection, whose names may repeat those outside. */
  public Optional<Fields> subsection(String name) {
    return node.subsections().stream()
        .filter(s -> s.desc().name().equals(name))
        .findFirst()
        .map(Fields::new);
  }

  /** Reports whether there is a field of a name. */
  public boolean has(String name) {
    return find(node, name) != null;
  }

  private static FieldNode find(StateNode node, String name) {
    for (FieldNode field : node.fields()) {
      if (field.desc().name().equals(name)) {
        return field;
      }
    }
    for (FieldNode field : node.fields()) {
      for (StateNode element : field.elements()) {
        FieldNode found = find(element, name);
        if (found != null) {
          return found;
        }
      }
    }
    for (StateNode subsection : node.subsections()) {
      FieldNode found = find(subsection, name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Returns the bytes of a field, none where there is no such field. */
  public byte[] bytes(String name) {
    FieldNode field = find(node, name);
    return field == null ? new byte[0] : field.raw();
  }

  /** Returns the elements of an array of integers in their own order, without a sign. */
  public long[] values(String name) {
    FieldNode field = find(node, name);
    if (field == null || field.desc().size() < 1 || field.desc().size() > Long.BYTES) {
      return new long[0];
    }
    int size = (int) field.desc().size();
    FieldType type =
        field.desc().type() == FieldType.LITTLE ? FieldType.LITTLE : FieldType.UNSIGNED;
    long[] result = new long[field.raw().length / size];
    for (int i = 0; i < result.length; i++) {
      result[i] = FieldValue.integer(type, field.raw(), i * size, size);
    }
    return result;
  }

  /** Returns an integer, 0 where there is none. */
  public long value(String name) {
    long[] all = values(name);
    return all.length == 0 ? 0 : all[0];
  }

  /** Returns the integer of an index, 0 where there is none. */
  public long value(String name, int index) {
    long[] all = values(name);
    return index < all.length ? all[index] : 0;
  }

  /** Returns the structs of an array. */
  public List<Fields> structs(String name) {
    List<Fields> result = new ArrayList<>();
    boolean here = false;
    for (FieldNode field : node.fields()) {
      if (field.desc().name().equals(name)) {
        here = true;
        field.elements().forEach(e -> result.add(new Fields(e)));
      }
    }
    FieldNode deeper = here ? null : find(node, name);
    if (deeper != null) {
      deeper.elements().forEach(e -> result.add(new Fields(e)));
    }
    return result;
  }
}
