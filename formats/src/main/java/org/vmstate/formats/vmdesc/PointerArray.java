package org.vmstate.formats.vmdesc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.ByteRange;

/**
 * An array of pointers, which the description spreads over several field objects of one name: runs
 * of elements, runs of NULLs, and since QEMU 11 a marker before every element. Source: QEMU 10.0
 * and 11.1 migration/vmstate.c.
 */
public final class PointerArray {
  private static final byte NULL = '0';

  private PointerArray() {}

  /** Reports whether fields of one name are such an array. */
  public static boolean is(List<FieldNode> group) {
    return group.stream().anyMatch(f -> isMark(f.desc()));
  }

  /** Reports whether a field stands for no element, or for a pointer instead of it. */
  public static boolean isNull(FieldNode field) {
    return isMark(field.desc());
  }

  /** Reports whether the last mark of a field is that of the element which follows. */
  public static boolean isMarkOf(FieldNode field, FieldNode next) {
    return field.desc().type() == FieldType.POINTER_MARKER
        && !isMark(next.desc())
        && field.raw().length > 0
        && field.raw()[field.raw().length - 1] != NULL;
  }

  private static boolean isMark(FieldDesc desc) {
    return desc.type() == FieldType.NULLPTR || desc.type() == FieldType.POINTER_MARKER;
  }

  /**
   * Returns one field for each element, so that the place in the list is the index in the array. A
   * NULL is its mark; the marks of elements that follow are left out.
   */
  public static List<FieldNode> elements(List<FieldNode> group) {
    List<FieldNode> result = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      FieldNode field = group.get(i);
      boolean marksNext = i + 1 < group.size() && isMarkOf(field, group.get(i + 1));
      List<FieldNode> parts = parts(field);
      result.addAll(marksNext ? parts.subList(0, parts.size() - 1) : parts);
    }
    return result;
  }

  /** Takes a run apart. */
  private static List<FieldNode> parts(FieldNode field) {
    FieldDesc desc = field.desc();
    if (desc.count() == 1) {
      return List.of(field);
    }
    FieldDesc one =
        new FieldDesc(
            desc.name(), desc.typeName(), desc.type(), 1, true, desc.size(), desc.nested());
    List<FieldNode> result = new ArrayList<>();
    if (desc.type() == FieldType.STRUCT) {
      field
          .elements()
          .forEach(e -> result.add(new FieldNode(one, e.range(), new byte[0], List.of(e))));
      return result;
    }
    int size = (int) desc.size();
    for (int at = 0; size > 0 && at + size <= field.raw().length; at += size) {
      long start = field.range().start() + at;
      result.add(
          new FieldNode(
              one,
              new ByteRange(start, start + size),
              Arrays.copyOfRange(field.raw(), at, at + size),
              List.of()));
    }
    return result;
  }
}
