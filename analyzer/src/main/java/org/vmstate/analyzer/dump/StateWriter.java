package org.vmstate.analyzer.dump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.PointerArray;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Writes decoded device state. Integers up to 32 bits are numbers, 64-bit ones hexadecimal strings,
 * bytes that are not understood are hexadecimal strings without a prefix.
 */
final class StateWriter {
  private static final HexFormat HEX = HexFormat.of();

  private final Report report;
  private final boolean offsets;
  private final boolean raw;

  /**
   * Writes to a report.
   *
   * @param raw whether the bytes of what a decoder understood are written too
   */
  StateWriter(Report report, boolean offsets, boolean raw) {
    this.report = report;
    this.offsets = offsets;
    this.raw = raw;
  }

  void write(String name, StateNode state) throws IOException {
    report.beginObject(name);
    body(state);
    report.end();
  }

  private void body(StateNode state) throws IOException {
    for (Map.Entry<String, List<FieldNode>> group : FieldGroups.of(state).entrySet()) {
      List<FieldNode> fields = group.getValue();
      if (FieldGroups.isArray(fields)) {
        report.beginArray(group.getKey());
        for (FieldNode field : PointerArray.is(fields) ? PointerArray.elements(fields) : fields) {
          field("", field);
        }
        report.end();
      } else {
        field(group.getKey(), fields.getFirst());
      }
    }
    for (StateNode subsection : state.subsections()) {
      report.beginObject(subsection.desc().name());
      place(subsection.range().start(), subsection.range().length());
      body(subsection);
      report.end();
    }
  }

  private void place(long offset, long length) throws IOException {
    if (offsets) {
      report.number("@offset", offset);
      report.number("@length", length);
    }
  }

  private void field(String name, FieldNode field) throws IOException {
    FieldDesc desc = field.desc();
    switch (desc.type()) {
      case STRUCT -> {
        for (StateNode element : field.elements()) {
          report.beginObject(name);
          place(element.range().start(), element.range().length());
          body(element);
          report.end();
        }
      }
      case QUEUE, INLINE -> inline(name, field);
      case CAPABILITY -> capabilities(name, field);
      case OPAQUE -> {
        if (field.elements().isEmpty()) {
          scalars(name, field);
        } else {
          decoded(name, field);
        }
      }
      default -> scalars(name, field);
    }
  }

  private void decoded(String name, FieldNode field) throws IOException {
    report.beginObject(name);
    place(field.range().start(), field.range().length());
    if (raw) {
      hex("@raw", field.raw(), 0, field.raw().length);
    }
    body(field.elements().getFirst());
    report.end();
  }

  private void inline(String name, FieldNode field) throws IOException {
    boolean opaque = field.elements().isEmpty() && !isEmptyQueue(field);
    if (opaque) {
      scalars(name, field);
    } else if (field.desc().type() == FieldType.QUEUE) {
      report.beginArray(name);
      for (StateNode element : field.elements()) {
        write("", element);
      }
      report.end();
    } else {
      write(name, field.elements().getFirst());
    }
  }

  private static boolean isEmptyQueue(FieldNode field) {
    return field.desc().type() == FieldType.QUEUE && field.raw().length == 1 && field.raw()[0] == 0;
  }

  private void capabilities(String name, FieldNode field) throws IOException {
    ByteBuffer raw = ByteBuffer.wrap(field.raw());
    while (raw.hasRemaining()) {
      byte[] text = new byte[raw.get() & 0xff];
      raw.get(text);
      report.text(name, new String(text, StandardCharsets.ISO_8859_1));
    }
  }

  private void scalars(String name, FieldNode field) throws IOException {
    int size = (int) field.desc().size();
    for (int i = 0; i < field.desc().count(); i++) {
      if (offsets) {
        report.beginObject(name);
        place(field.range().start() + (long) i * size, size);
        report.text("@type", field.desc().typeName());
        scalar("value", field.desc(), field.raw(), i * size, size);
        report.end();
      } else {
        scalar(name, field.desc(), field.raw(), i * size, size);
      }
    }
    Optional<BitNames> bits = BitNames.of(field.desc().typeName());
    if (bits.isPresent() && !field.desc().isArray()) {
      report.beginArray(name + "_bits");
      for (String bit : bits.get().set(FieldValue.integer(field, 0))) {
        report.text("", bit);
      }
      report.end();
    }
  }

  private void scalar(String name, FieldDesc desc, byte[] raw, int from, int size)
      throws IOException {
    boolean integer = size == 1 || size == 2 || size == 4 || size == 8;
    switch (desc.type()) {
      case BOOL -> report.bool(name, size > 0 && raw[from] != 0);
      case NULLPTR, POINTER_MARKER -> report.nothing(name);
      case SIGNED, UNSIGNED -> {
        if (integer) {
          integer(name, desc, raw, from, size);
        } else {
          hex(name, raw, from, size);
        }
      }
      case LITTLE -> {
        if (integer) {
          integer(name, desc, reversed(raw, from, size), 0, size);
        } else {
          hex(name, raw, from, size);
        }
      }
      case BUFFER -> {
        switch (desc.typeName()) {
          case "mac" ->
              report.text(name, HexFormat.ofDelimiter(":").formatHex(raw, from, from + size));
          case "zeros" -> report.text(name, size + " bytes of 0");
          default -> hex(name, raw, from, size);
        }
      }
      case TIMER -> timer(name, raw, from, size);
      case FLOAT64 -> {
        if (size == Double.BYTES) {
          report.text(name, Double.toString(Double.longBitsToDouble(big(raw, from, size, false))));
        } else {
          hex(name, raw, from, size);
        }
      }
      default -> hex(name, raw, from, size);
    }
  }

  private static byte[] reversed(byte[] raw, int from, int size) {
    byte[] result = new byte[size];
    for (int i = 0; i < size; i++) {
      result[i] = raw[from + size - 1 - i];
    }
    return result;
  }

  private void integer(String name, FieldDesc desc, byte[] raw, int from, int size)
      throws IOException {
    boolean signed = desc.type() == FieldType.SIGNED;
    long value = big(raw, from, size, signed);
    if (size == Long.BYTES) {
      report.hex64(name, value);
    } else {
      report.number(name, value);
    }
  }

  private void timer(String name, byte[] raw, int from, int size) throws IOException {
    if (size != Long.BYTES) {
      hex(name, raw, from, size);
    } else if (big(raw, from, size, true) == -1) {
      report.nothing(name);
    } else {
      report.hex64(name, big(raw, from, size, true));
    }
  }

  private void hex(String name, byte[] raw, int from, int size) throws IOException {
    report.text(name, HEX.formatHex(raw, from, from + size));
  }

  private static long big(byte[] raw, int from, int size, boolean signed) {
    long value = signed ? raw[from] : raw[from] & 0xff;
    for (int i = 1; i < size; i++) {
      value = value << 8 | raw[from + i] & 0xff;
    }
    return value;
  }
}
