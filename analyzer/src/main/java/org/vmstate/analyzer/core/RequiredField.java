package org.vmstate.analyzer.core;

import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.physical.Fields;

/**
 * A field without which the registers of a CPU would be wrong: read as 0 it would look right.
 *
 * @param feature the subsection that a CPU sends when it has the registers, empty when all have
 *     them; a CPU that does not send it has zeros there, as in QEMU's own dump
 * @param name name of the field
 * @param count how many integers or structs it has at least
 * @param inner fields that each of the structs has, none for integers
 */
record RequiredField(String feature, String name, int count, List<String> inner) {
  static RequiredField of(String name, int count) {
    return new RequiredField("", name, count, List.of());
  }

  static RequiredField structs(String name, int count, List<String> inner) {
    return new RequiredField("", name, count, inner);
  }

  /** Returns this field as one of a feature. */
  RequiredField in(String subsection) {
    return new RequiredField(subsection, name, count, inner);
  }

  /** Returns the name of what is missing in the state of a CPU. */
  Optional<String> missing(Fields cpu) {
    if (feature.isEmpty()) {
      return missingIn(cpu);
    }
    return cpu.subsection(feature).flatMap(this::missingIn).map(field -> feature + "/" + field);
  }

  private Optional<String> missingIn(Fields state) {
    if (!inner.isEmpty()) {
      List<Fields> structs = state.structs(name);
      if (structs.size() < count) {
        return Optional.of(structs.isEmpty() ? name : name + "[" + structs.size() + "]");
      }
      return inner.stream()
          .filter(field -> structs.stream().anyMatch(s -> s.values(field).length == 0))
          .map(field -> name + "." + field)
          .findFirst();
    }
    int found = state.values(name).length;
    if (found >= count) {
      return Optional.empty();
    }
    return Optional.of(found == 0 ? name : name + "[" + found + "]");
  }
}
