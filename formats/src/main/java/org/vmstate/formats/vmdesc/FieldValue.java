package org.vmstate.formats.vmdesc;

/** Integers in the bytes of fields. */
public final class FieldValue {
  private FieldValue() {}

  /** Returns an element of a field as an integer; of LITTLE in its own order. */
  public static long integer(FieldNode field, int index) {
    int size = (int) field.desc().size();
    return integer(field.desc().type(), field.raw(), index * size, size);
  }

  /**
   * Returns bytes as an integer.
   *
   * @param from index of the first byte
   * @param size how many bytes, 1 to 8
   */
  public static long integer(FieldType type, byte[] raw, int from, int size) {
    boolean little = type == FieldType.LITTLE;
    byte first = raw[little ? from + size - 1 : from];
    long value = type == FieldType.SIGNED ? first : first & 0xff;
    for (int i = 1; i < size; i++) {
      value = value << 8 | raw[little ? from + size - 1 - i : from + i] & 0xff;
    }
    return value;
  }

  /** Returns the bytes of an integer. */
  public static byte[] bytes(FieldType type, long value, int size) {
    byte[] result = new byte[size];
    for (int i = 0; i < size; i++) {
      int at = type == FieldType.LITTLE ? i : size - 1 - i;
      result[at] = (byte) (value >>> 8 * i);
    }
    return result;
  }
}
