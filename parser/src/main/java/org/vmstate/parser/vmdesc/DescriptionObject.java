package org.vmstate.parser.vmdesc;

import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;

/** Members of a JSON object of the description, collected before it is known what it describes. */
final class DescriptionObject {
  String name = "";
  String type = "";
  long version;
  long instance;
  long size;
  int arrayLength = -1;
  long index = -1;
  StateDesc struct;
  private String stateName = "";
  private boolean inline;
  // most objects are fields that have none of these
  private List<DescriptionObject> fieldObjects = List.of();
  private List<StateDesc> subsections = List.of();
  private List<StateDesc> inlineStates = List.of();

  /** Starts a description among the object's own members; queues have one for each element. */
  void beginInline(String vmsdName) {
    finishInline();
    inline = true;
    stateName = vmsdName;
  }

  private void finishInline() {
    if (inline) {
      inlineStates =
          with(inlineStates, new StateDesc(stateName, version, fields(), List.copyOf(subsections)));
      fieldObjects = List.of();
      subsections = List.of();
      inline = false;
    }
  }

  void addField(DescriptionObject field) {
    fieldObjects = with(fieldObjects, field);
  }

  void addSubsection(StateDesc subsection) {
    subsections = with(subsections, subsection);
  }

  /** Adds to a list that is made for its first element. */
  private static <T> List<T> with(List<T> list, T element) {
    List<T> result = list.isEmpty() ? new ArrayList<>(4) : list;
    result.add(element);
    return result;
  }

  StateDesc toState() {
    return new StateDesc(stateName, version, fields(), List.copyOf(subsections));
  }

  DeviceDesc toDevice() {
    return new DeviceDesc(name, instance, toState());
  }

  private List<FieldDesc> fields() {
    List<FieldDesc> result = new ArrayList<>(fieldObjects.size());
    for (int i = 0; i < fieldObjects.size(); i++) {
      result.add(fieldObjects.get(i).toField(overcount(i)));
    }
    return result;
  }

  /**
   * Returns by how much a field's array_len is too large. QEMU gives the first run of an array of
   * pointers the length of the whole array when that run is not NULL, then describes the NULLs and
   * what follows them again.
   */
  private long overcount(int i) {
    DescriptionObject first = fieldObjects.get(i);
    if (first.arrayLength < 2
        || isMark(first)
        || (i > 0 && fieldObjects.get(i - 1).name.equals(first.name))) {
      return 0;
    }
    long more = 0;
    boolean hasNull = false;
    for (int k = i + 1; k < fieldObjects.size(); k++) {
      DescriptionObject next = fieldObjects.get(k);
      if (!next.name.equals(first.name)) {
        break;
      }
      hasNull |= isMark(next);
      more += Math.max(1, next.arrayLength);
    }
    return hasNull && more < first.arrayLength ? more : 0;
  }

  private static boolean isMark(DescriptionObject field) {
    FieldType meaning = FieldType.of(field.type);
    return meaning == FieldType.NULLPTR || meaning == FieldType.POINTER_MARKER;
  }

  private FieldDesc toField(long overcount) {
    finishInline();
    FieldType meaning = FieldType.of(type);
    List<StateDesc> nested;
    if (struct != null) {
      meaning = FieldType.STRUCT;
      nested = List.of(struct);
    } else {
      nested = List.copyOf(inlineStates);
      if (meaning == FieldType.STRUCT) {
        meaning = FieldType.OPAQUE;
      }
    }
    int count = arrayLength < 0 ? 1 : (int) (arrayLength - overcount);
    return new FieldDesc(name, type, meaning, count, arrayLength >= 0 || index >= 0, size, nested);
  }
}
