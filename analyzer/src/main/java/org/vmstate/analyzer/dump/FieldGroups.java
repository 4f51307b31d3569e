package org.vmstate.analyzer.dump;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/** Fields of one description under their names; an array may be spread over several objects. */
final class FieldGroups {
  private FieldGroups() {}

  static Map<String, List<FieldNode>> of(StateNode state) {
    Map<String, List<FieldNode>> groups = new LinkedHashMap<>();
    for (FieldNode field : state.fields()) {
      groups.computeIfAbsent(field.desc().name(), n -> new ArrayList<>(1)).add(field);
    }
    return groups;
  }

  /** Reports whether a group is shown as an array. */
  static boolean isArray(List<FieldNode> group) {
    return group.size() > 1 || group.getFirst().desc().isArray();
  }
}
