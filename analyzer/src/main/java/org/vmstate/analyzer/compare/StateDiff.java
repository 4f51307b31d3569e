package org.vmstate.analyzer.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmstate.analyzer.compare.Difference.Kind;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.PointerArray;
import org.vmstate.formats.vmdesc.StateNode;

/** Compares decoded states field by field. */
final class StateDiff {
  private static final int SHOWN = 32;

  private final Consumer<Difference> found;

  StateDiff(Consumer<Difference> found) {
    this.found = found;
  }

  void compare(String path, StateNode first, StateNode second) {
    Map<String, FieldNode> ours = fields(first);
    Map<String, FieldNode> theirs = fields(second);
    ours.forEach(
        (name, field) -> {
          FieldNode other = theirs.remove(name);
          if (other == null) {
            report(path + "." + name, "present", "");
          } else {
            field(path + "." + name, field, other);
          }
        });
    theirs.keySet().forEach(name -> report(path + "." + name, "", "present"));
    Map<String, StateNode> more = new LinkedHashMap<>();
    second.subsections().forEach(s -> more.put(s.desc().name(), s));
    for (StateNode subsection : first.subsections()) {
      String name = subsection.desc().name();
      StateNode other = more.remove(name);
      if (other == null) {
        report(path + "." + name, "present", "");
      } else {
        compare(path + "." + name, subsection, other);
      }
    }
    more.keySet().forEach(name -> report(path + "." + name, "", "present"));
  }

  /** Names may repeat; elements of an array of pointers get their index, others a number. */
  private static Map<String, FieldNode> fields(StateNode node) {
    Map<String, List<FieldNode>> groups = new LinkedHashMap<>();
    for (FieldNode field : node.fields()) {
      groups.computeIfAbsent(field.desc().name(), n -> new ArrayList<>(1)).add(field);
    }
    Map<String, FieldNode> result = new LinkedHashMap<>();
    groups.forEach(
        (name, group) -> {
          boolean pointers = PointerArray.is(group);
          List<FieldNode> all = pointers ? PointerArray.elements(group) : group;
          for (int i = 0; i < all.size(); i++) {
            result.put(
                pointers ? name + "[" + i + "]" : i == 0 ? name : name + "#" + (i + 1), all.get(i));
          }
        });
    return result;
  }

  private void field(String path, FieldNode first, FieldNode second) {
    List<StateNode> ours = first.elements();
    List<StateNode> theirs = second.elements();
    if (PointerArray.isNull(first) != PointerArray.isNull(second)) {
      report(
          path,
          PointerArray.isNull(first) ? "NULL" : "present",
          PointerArray.isNull(second) ? "NULL" : "present");
      return;
    }
    if (!ours.isEmpty() && !theirs.isEmpty()) {
      for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
        String element = isArray(first) || isArray(second) ? path + "[" + i + "]" : path;
        compare(element, ours.get(i), theirs.get(i));
      }
      if (ours.size() != theirs.size()) {
        report(path, ours.size() + " elements", theirs.size() + " elements");
      }
      return;
    }
    if (Arrays.equals(first.raw(), second.raw()) && ours.size() == theirs.size()) {
      return;
    }
    int size = (int) first.desc().size();
    boolean array =
        first.desc().count() > 1
            && second.desc().count() > 1
            && size > 0
            && size == second.desc().size()
            && first.raw().length == second.raw().length
            && first.desc().type() != FieldType.CAPABILITY
            && second.desc().type() != FieldType.CAPABILITY;
    for (int at = 0; array && at + size <= first.raw().length; at += size) {
      byte[] a = Arrays.copyOfRange(first.raw(), at, at + size);
      byte[] b = Arrays.copyOfRange(second.raw(), at, at + size);
      if (!Arrays.equals(a, b)) {
        String element = path + "[" + at / size + "]";
        report(element, value(first.desc(), a), value(second.desc(), b));
      }
    }
    if (!array) {
      int from = Arrays.mismatch(first.raw(), second.raw());
      boolean cut = Math.max(first.raw().length, second.raw().length) > SHOWN && from > 0;
      String place = cut ? path + " from byte " + from : path;
      report(place, value(first, cut ? from : 0), value(second, cut ? from : 0));
    }
  }

  private static boolean isArray(FieldNode field) {
    return field.desc().isArray() || field.elements().size() > 1;
  }

  private void report(String path, String first, String second) {
    found.accept(Difference.of(Kind.DEVICE, path, first, second));
  }

  private static String value(FieldNode field, int from) {
    byte[] raw = field.raw();
    return value(field.desc(), Arrays.copyOfRange(raw, Math.min(from, raw.length), raw.length));
  }

  private static String value(FieldDesc desc, byte[] raw) {
    boolean integer =
        switch (desc.type()) {
          case SIGNED, UNSIGNED, LITTLE, BOOL, TIMER -> raw.length > 0 && raw.length <= Long.BYTES;
          default -> false;
        };
    if (!integer) {
      return hex(raw);
    }
    long value = FieldValue.integer(desc.type(), raw, 0, raw.length);
    Optional<BitNames> bits = BitNames.of(desc.typeName());
    if (bits.isPresent()) {
      return String.format(Locale.ROOT, "0x%x %s", value, bits.get().set(value));
    }
    return raw.length == Long.BYTES
        ? String.format(Locale.ROOT, "0x%016x", value)
        : Long.toString(value);
  }

  /** Shows the first bytes. */
  static String hex(byte[] bytes) {
    String text = HexFormat.of().formatHex(bytes, 0, Math.min(SHOWN, bytes.length));
    return bytes.length <= SHOWN ? text : text + "... (" + bytes.length + " bytes)";
  }
}
