package org.vmstate.analyzer.facts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the trees that JSON was made to, where any member may be missing or of another type. */
final class Answers {
  private Answers() {}

  static String text(Object map, String member) {
    return map instanceof Map<?, ?> m && m.get(member) instanceof String s ? s : "";
  }

  static long number(Object map, String member) {
    return map instanceof Map<?, ?> m && m.get(member) instanceof Long n ? n : 0;
  }

  /** Reports whether a member is true. */
  static boolean isTrue(Object map, String member) {
    return text(map, member).equals("true");
  }

  static Map<?, ?> object(Object map, String member) {
    return map instanceof Map<?, ?> m && m.get(member) instanceof Map<?, ?> inner
        ? inner
        : Map.of();
  }

  /** Returns the objects of a list. */
  static List<Map<?, ?>> objects(Object list) {
    List<Map<?, ?>> result = new ArrayList<>();
    if (list instanceof List<?> all) {
      for (Object o : all) {
        if (o instanceof Map<?, ?> map) {
          result.add(map);
        }
      }
    }
    return result;
  }

  static List<Map<?, ?>> objects(Object map, String member) {
    return map instanceof Map<?, ?> m ? objects(m.get(member)) : List.of();
  }

  /** Returns the strings of a list. */
  static List<String> strings(Object list) {
    List<String> result = new ArrayList<>();
    if (list instanceof List<?> all) {
      for (Object o : all) {
        if (o instanceof String s) {
          result.add(s);
        }
      }
    }
    return result;
  }
}
