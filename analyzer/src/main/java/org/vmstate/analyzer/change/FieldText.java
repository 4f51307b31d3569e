package org.vmstate.analyzer.change;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;

/** Makes bytes of a value as people write it, held to the type of its field. */
final class FieldText {
  /** The type of bytes of which the grammar says that they are zero. */
  private static final String ZEROS = "zeros";

  private final String path;
  private final FieldNode field;
  private final int index;
  private final int size;

  private FieldText(String path, FieldNode field, int index) {
    this.path = path;
    this.field = field;
    this.index = index;
    this.size = (int) field.desc().size();
  }

  /** Returns a field with another value. */
  static FieldNode change(
      String path, FieldNode field, int index, Change.Operator operator, String value)
      throws ChangeException {
    return new FieldText(path, field, index).with(operator, value);
  }

  private FieldNode with(Change.Operator operator, String value) throws ChangeException {
    byte[] raw = field.raw().clone();
    if (index < 0 && field.desc().count() != 1) {
      throw expected("an index below " + field.desc().count(), "none");
    }
    if (isSaid(value)) {
      return field;
    }
    if (size <= 0 || (Math.max(0, index) + 1L) * size > raw.length) {
      throw expected("a field with a value of its own", field.desc().typeName());
    }
    byte[] one = bytes(operator, value.strip());
    System.arraycopy(one, 0, raw, Math.max(0, index) * size, size);
    return new FieldNode(field.desc(), field.range(), raw, field.elements());
  }

  /** Reports whether a value is what a dump prints of a field that can have no other. */
  private boolean isSaid(String value) {
    return switch (field.desc().type()) {
      case NULLPTR, POINTER_MARKER -> value.equals("null");
      case BUFFER ->
          size == 0
              ? value.isEmpty()
              : field.desc().typeName().equals(ZEROS) && value.equals(size + " bytes of 0");
      default -> size == 0 && value.isEmpty();
    };
  }

  private byte[] bytes(Change.Operator operator, String value) throws ChangeException {
    FieldDesc desc = field.desc();
    boolean integer = size == 1 || size == 2 || size == 4 || size == 8;
    boolean number =
        integer
            && switch (desc.type()) {
              case SIGNED, UNSIGNED, LITTLE, TIMER, BOOL, FLOAT64 -> true;
              default -> false;
            };
    if (operator != Change.Operator.SET) {
      if (!number || desc.type() == FieldType.FLOAT64 || desc.type() == FieldType.BOOL) {
        throw expected("= for this type, " + desc.typeName(), operator.sign());
      }
      long before = FieldValue.integer(desc.type(), field.raw(), Math.max(0, index) * size, size);
      long bits = bits(value);
      long after = operator == Change.Operator.ADD ? before | bits : before & ~bits;
      return FieldValue.bytes(desc.type(), after, size);
    }
    if (!number) {
      return hex(value);
    }
    return switch (desc.type()) {
      case BOOL -> new byte[] {bool(value)};
      case FLOAT64 -> FieldValue.bytes(desc.type(), decimal(value), size);
      case TIMER -> FieldValue.bytes(desc.type(), value.equals("null") ? -1 : integer(value), size);
      default ->
          FieldValue.bytes(
              desc.type(),
              BitNames.of(desc.typeName()).isPresent() ? bits(value) : integer(value),
              size);
    };
  }

  private byte bool(String value) throws ChangeException {
    return switch (value) {
      case "true", "1" -> 1;
      case "false", "0" -> 0;
      default -> throw expected("true or false", value);
    };
  }

  private long decimal(String value) throws ChangeException {
    try {
      return Double.doubleToRawLongBits(Double.parseDouble(value));
    } catch (NumberFormatException e) {
      throw expected("a number", value);
    }
  }

  /** Reads names of bits with commas between, or a number. */
  private long bits(String value) throws ChangeException {
    if (value.isEmpty() || Character.isDigit(value.charAt(0))) {
      return integer(value);
    }
    Optional<BitNames> names = BitNames.of(field.desc().typeName());
    if (names.isEmpty()) {
      throw expected("a number: the bits of this field have no names", value);
    }
    long result = 0;
    for (String name : value.split(",")) {
      Optional<Integer> bit = names.get().bit(name.strip());
      if (bit.isEmpty()) {
        throw ChangeException.unknown(path + " bit", name.strip(), names.get().all());
      }
      if (bit.get() >= size * 8) {
        String why =
            GuestFeatures.isOne(path)
                ? ", as the state is without " + GuestFeatures.SUBSECTION
                : "";
        throw expected("a bit below " + size * 8 + why, name.strip() + " (" + bit.get() + ")");
      }
      result |= 1L << bit.get();
    }
    return result;
  }

  private long integer(String text) throws ChangeException {
    BigInteger value;
    try {
      boolean negative = text.startsWith("-");
      String digits = negative ? text.substring(1) : text;
      value =
          digits.toLowerCase(Locale.ROOT).startsWith("0x")
              ? new BigInteger(digits.substring(2), 16)
              : new BigInteger(digits);
      value = negative ? value.negate() : value;
    } catch (NumberFormatException e) {
      throw expected("a number", text);
    }
    boolean signed = field.desc().type() == FieldType.SIGNED;
    int bits = size * 8;
    BigInteger least = signed ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
    // as many hexadecimal digits as the field has are its bits, as a dump prints them
    boolean whole = signed && text.startsWith("0x") && text.length() == 2 + 2 * size;
    BigInteger most =
        BigInteger.ONE.shiftLeft(signed && !whole ? bits - 1 : bits).subtract(BigInteger.ONE);
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw expected(least + " to " + most, text);
    }
    return value.longValue();
  }

  private byte[] hex(String value) throws ChangeException {
    byte[] result;
    try {
      boolean mac = field.desc().typeName().equals("mac");
      result = (mac ? HexFormat.ofDelimiter(":") : HexFormat.of()).parseHex(value);
    } catch (IllegalArgumentException e) {
      throw expected(size + " bytes as hexadecimal digits", value);
    }
    if (result.length != size) {
      throw expected(size + " bytes", result.length + " bytes");
    }
    return Arrays.copyOf(result, size);
  }

  private ChangeException expected(String what, String found) {
    return new ChangeException(path + ": expected " + what + ", found " + found);
  }
}
