package org.vmstate.parser.vmdesc;

/**
 * What decides whether a field of a table is there and how long it is. It stands behind the name of
 * the field's type: {@code *} before what gives the number of elements, {@code #} before what gives
 * the number of bytes, {@code ?} before what is not zero if the field is there; each the name of an
 * earlier field, or {@code ~} and a name for what no field tells; {@code :} and a number behind
 * that multiplies it.
 *
 * @param type the type as QEMU wrote it
 * @param kind one of the characters, or {@link #NONE}
 * @param field name of the field or of what is not told
 * @param isFree whether no field tells it
 * @param factor how often the value counts
 */
record TableRule(String type, char kind, String field, boolean isFree, int factor) {
  static final char NONE = ' ';
  static final char COUNT = '*';
  static final char SIZE = '#';
  static final char PRESENT = '?';

  /** Takes a rule from a table's type. */
  static TableRule of(String type) {
    for (int i = 0; i < type.length(); i++) {
      char c = type.charAt(i);
      if (c == COUNT || c == SIZE || c == PRESENT) {
        boolean isFree = type.startsWith("~", i + 1);
        int from = isFree ? i + 2 : i + 1;
        int colon = type.indexOf(':', from);
        String field = colon < 0 ? type.substring(from) : type.substring(from, colon);
        int factor = colon < 0 ? 1 : Integer.parseInt(type.substring(colon + 1));
        return new TableRule(type.substring(0, i), c, field, isFree, factor);
      }
    }
    return new TableRule(type, NONE, "", false, 1);
  }
}
