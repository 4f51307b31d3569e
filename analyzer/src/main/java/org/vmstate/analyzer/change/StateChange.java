package org.vmstate.analyzer.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.PointerArray;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.writer.vmdesc.StateEncoder;

/** Finds a field by its path and makes a tree with another field in its place. */
final class StateChange {
  /** What is done where a path ends. */
  interface Action {
    /** Returns what stands in place of a field; nothing takes it away. */
    List<FieldNode> field(FieldNode field, int index) throws ChangeException;
  }

  private static final String EACH = "[*]";

  /** Stands on both sides of a name that is to be taken as a whole. */
  private static final String QUOTE = "\"";

  private final String path;
  private final boolean subsection;
  private final Action action;
  private final Set<String> near = new LinkedHashSet<>();

  /** Why an index names nothing, where its array is there. */
  private String beyond = "";

  private StateChange(String path, boolean subsection, Action action) {
    this.path = path;
    this.subsection = subsection;
    this.action = action;
  }

  /** Returns a tree with another value. */
  static StateNode set(StateNode root, String path, Change.SetField change) throws ChangeException {
    return run(
        root,
        path,
        change.path(),
        (field, index) ->
            List.of(
                FieldText.change(change.path(), field, index, change.operator(), change.value())));
  }

  /** Returns a tree without a field. */
  static StateNode remove(StateNode root, String path, String whole) throws ChangeException {
    return run(root, path, whole, (field, index) -> without(whole, field, index));
  }

  /** Returns nothing in place of a field, or its array without one of its values. */
  private static List<FieldNode> without(String path, FieldNode field, int index)
      throws ChangeException {
    FieldDesc old = field.desc();
    if (index < 0 || old.count() == 1) {
      return List.of();
    }
    int size = (int) old.size();
    if (size <= 0 || (long) size * old.count() != field.raw().length) {
      throw new ChangeException(path + ": expected an array of plain values, or the array itself");
    }
    byte[] raw = new byte[field.raw().length - size];
    System.arraycopy(field.raw(), 0, raw, 0, index * size);
    System.arraycopy(field.raw(), (index + 1) * size, raw, index * size, raw.length - index * size);
    FieldDesc desc =
        new FieldDesc(
            old.name(), old.typeName(), old.type(), old.count() - 1, true, size, old.nested());
    return List.of(new FieldNode(desc, field.range(), raw, List.of()));
  }

  /** Returns a tree with one more field, or an array with one more value of its own. */
  static StateNode insert(StateNode root, String path, Change.InsertField change)
      throws ChangeException {
    int size =
        switch (change.type()) {
          case "uint8", "bool" -> 1;
          case "uint16" -> 2;
          case "uint32" -> 4;
          case "uint64" -> 8;
          default ->
              throw new ChangeException(
                  "type of "
                      + change.name()
                      + ": expected uint8, uint16, uint32, uint64 or bool,"
                      + " found "
                      + change.type());
        };
    FieldType type = FieldType.of(change.type());
    FieldDesc desc = new FieldDesc(change.name(), change.type(), type, 1, false, size, List.of());
    return run(
        root,
        path,
        change.after(),
        (field, index) -> {
          byte[] value = FieldValue.bytes(FieldType.UNSIGNED, change.value(), size);
          FieldDesc of = field.desc();
          boolean own = of.name().equals(change.name()) && of.typeName().equals(change.type());
          return index >= 0 && own && (long) of.count() * size == field.raw().length
              ? List.of(longer(field, index, value))
              : List.of(field, new FieldNode(desc, field.range(), value, List.of()));
        });
  }

  private static FieldNode longer(FieldNode field, int index, byte[] value) {
    FieldDesc old = field.desc();
    int at = (index + 1) * value.length;
    byte[] raw = Arrays.copyOf(field.raw(), field.raw().length + value.length);
    System.arraycopy(field.raw(), at, raw, at + value.length, field.raw().length - at);
    System.arraycopy(value, 0, raw, at, value.length);
    FieldDesc desc =
        new FieldDesc(
            old.name(),
            old.typeName(),
            old.type(),
            old.count() + 1,
            true,
            old.size(),
            old.nested());
    return new FieldNode(desc, field.range(), raw, List.of());
  }

  /** Returns the value of an integer that a path names, without a sign. */
  static OptionalLong value(StateNode root, String path) {
    long[] value = new long[1];
    boolean[] known = new boolean[1];
    Action look =
        (field, index) -> {
          int size = (int) field.desc().size();
          int at = Math.max(0, index) * size;
          if (size >= 1 && size <= Long.BYTES && at + size <= field.raw().length) {
            FieldType type =
                field.desc().type() == FieldType.LITTLE ? FieldType.LITTLE : FieldType.UNSIGNED;
            value[0] = FieldValue.integer(type, field.raw(), at, size);
            known[0] = true;
          }
          return List.of(field);
        };
    try {
      new StateChange(path, false, look).node(DeviceDecoders.expand(root), path, "");
    } catch (ChangeException e) {
      return OptionalLong.empty();
    }
    return known[0] ? OptionalLong.of(value[0]) : OptionalLong.empty();
  }

  /** Reports whether a path names a field or a subsection. */
  static boolean has(StateNode root, String path) {
    StateNode node = DeviceDecoders.expand(root);
    for (boolean subsection : new boolean[] {false, true}) {
      try {
        StateChange change = new StateChange(path, subsection, (field, index) -> List.of(field));
        if (change.node(node, path, "") != null) {
          return true;
        }
      } catch (ChangeException e) {
        return false;
      }
    }
    return false;
  }

  /** Returns what a path means: with {@code [*]}, it names the same in each element. */
  static List<String> places(StateNode root, String path) {
    int star = path.indexOf(EACH);
    if (star < 0) {
      return List.of(path);
    }
    String array = path.substring(0, star);
    String rest = path.substring(star + EACH.length());
    List<String> all = new ArrayList<>();
    for (int i = 0; has(root, array + "[" + i + "]"); i++) {
      all.addAll(places(root, array + "[" + i + "]" + rest));
    }
    // names nothing, which is then said with the path as it was given
    return all.isEmpty() ? List.of(path) : all;
  }

  /** Returns a tree in which an action was done to a field. */
  static StateNode run(StateNode root, String path, String whole, Action action)
      throws ChangeException {
    StateChange change = new StateChange(whole, false, action);
    return change.found(change.node(root, path, ""));
  }

  /** Returns a tree without a subsection. */
  static StateNode removeSubsection(StateNode root, String path, String whole)
      throws ChangeException {
    StateChange change = new StateChange(whole, true, (field, index) -> List.of(field));
    return change.found(change.node(root, path, ""));
  }

  private StateNode found(StateNode result) throws ChangeException {
    if (result == null && !beyond.isEmpty()) {
      throw new ChangeException(path + ": " + beyond);
    }
    if (result == null) {
      throw ChangeException.unknown(subsection ? "subsection" : "field", path, near);
    }
    return result;
  }

  /** Returns the changed node, null when the rest of the path names nothing in it. */
  private StateNode node(StateNode node, String rest, String before) throws ChangeException {
    List<String> names = node.fields().stream().map(f -> f.desc().name()).distinct().toList();
    int close = rest.startsWith(QUOTE) ? rest.indexOf(QUOTE, 1) : -1;
    if (close > 0) {
      // the name of a field may be that of an element of another one
      String name = rest.substring(1, close);
      return names.contains(name)
          ? group(node, name, rest.substring(close + 1), before + name)
          : null;
    }
    for (String name : byLength(names)) {
      if (!subsection) {
        near.add(head() + before + name);
      }
      if (rest.startsWith(name)) {
        StateNode result = group(node, name, rest.substring(name.length()), before + name);
        if (result != null) {
          return result;
        }
      }
    }
    for (int i = 0; i < node.subsections().size(); i++) {
      StateNode inner = node.subsections().get(i);
      String name = inner.desc().name();
      near.add(head() + before + name);
      List<StateNode> all = new ArrayList<>(node.subsections());
      if (subsection && rest.equals(name)) {
        all.remove(i);
        return rebuilt(node, node.fields(), all);
      }
      if (rest.startsWith(name + ".")) {
        StateNode changed = node(inner, rest.substring(name.length() + 1), before + name + ".");
        if (changed != null) {
          all.set(i, changed);
          return rebuilt(node, node.fields(), all);
        }
      }
    }
    return null;
  }

  private String head() {
    int dot = path.indexOf('.', path.lastIndexOf('/') + 1);
    return dot < 0 ? "" : path.substring(0, dot + 1);
  }

  private static List<String> byLength(List<String> names) {
    return names.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
  }

  /** Goes on in the fields of one name, the elements of which are counted through. */
  private StateNode group(StateNode node, String name, String tail, String before)
      throws ChangeException {
    int index = -1;
    String rest = tail;
    if (tail.startsWith("[")) {
      int close = tail.indexOf(']');
      try {
        index = Integer.parseUnsignedInt(tail, 1, Math.max(1, close), 10);
      } catch (NumberFormatException e) {
        return null;
      }
      rest = tail.substring(close + 1);
    }
    if (!rest.isEmpty() && !rest.startsWith(".")) {
      return null;
    }
    int left = Math.max(0, index);
    int all = 0;
    for (int i = 0; i < node.fields().size(); i++) {
      FieldNode field = node.fields().get(i);
      if (!field.desc().name().equals(name)) {
        continue;
      }
      int count = field.elements().isEmpty() ? field.desc().count() : field.elements().size();
      FieldNode next = i + 1 < node.fields().size() ? node.fields().get(i + 1) : field;
      if (next.desc().name().equals(name) && PointerArray.isMarkOf(field, next)) {
        // a mark is no element of its own
        count--;
      }
      all += count;
      if (left >= count) {
        left -= count;
        continue;
      }
      List<FieldNode> fields = new ArrayList<>(node.fields());
      if (rest.isEmpty()) {
        if (subsection) {
          return null;
        }
        fields.remove(i);
        fields.addAll(i, action.field(field, index < 0 ? -1 : left));
        return rebuilt(node, fields, node.subsections());
      }
      if (field.elements().isEmpty()) {
        return null;
      }
      StateNode changed = node(field.elements().get(left), rest.substring(1), before + ".");
      if (changed == null) {
        return null;
      }
      List<StateNode> elements = new ArrayList<>(field.elements());
      elements.set(left, changed);
      fields.set(i, rebuilt(field, elements));
      return rebuilt(node, fields, node.subsections());
    }
    if (index >= 0) {
      beyond = "expected an index below " + all + " in " + before + ", found " + index;
    }
    return null;
  }

  private static StateNode rebuilt(
      StateNode node, List<FieldNode> fields, List<StateNode> subsections) {
    StateDesc desc =
        new StateDesc(
            node.desc().name(),
            node.desc().version(),
            fields.stream().map(FieldNode::desc).toList(),
            subsections.stream().map(StateNode::desc).toList());
    return new StateNode(desc, node.range(), fields, subsections);
  }

  /** The description of a field follows its elements. */
  private static FieldNode rebuilt(FieldNode field, List<StateNode> elements) {
    FieldDesc old = field.desc();
    FieldNode probe = new FieldNode(old, field.range(), field.raw(), elements);
    UnaryOperator<FieldNode> first =
        f ->
            old.type() == FieldType.STRUCT
                ? new FieldNode(old, f.range(), f.raw(), elements.subList(0, 1))
                : f;
    StateDesc alone = new StateDesc("", 0, List.of(old), List.of());
    long size =
        StateEncoder.encode(
                new StateNode(alone, field.range(), List.of(first.apply(probe)), List.of()))
            .length;
    boolean queue = old.type() == FieldType.QUEUE || old.type() == FieldType.INLINE;
    List<StateDesc> nested =
        queue
            ? elements.stream().map(StateNode::desc).toList()
            : old.type() == FieldType.STRUCT ? List.of(elements.getFirst().desc()) : old.nested();
    FieldDesc desc =
        new FieldDesc(
            old.name(), old.typeName(), old.type(), old.count(), old.isArray(), size, nested);
    return new FieldNode(desc, field.range(), field.raw(), elements);
  }
}
