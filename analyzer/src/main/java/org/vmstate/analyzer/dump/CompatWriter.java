package org.vmstate.analyzer.dump;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Writes decoded device state in the form of QEMU's analyze-migration.py: integers as hexadecimal
 * strings of their width, everything it does not know as bytes with spaces between.
 */
final class CompatWriter {
  private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

  private final Report report;

  CompatWriter(Report report) {
    this.report = report;
  }

  void write(String name, StateNode state) throws IOException {
    report.beginObject(name);
    for (Map.Entry<String, List<FieldNode>> group : FieldGroups.of(state).entrySet()) {
      List<FieldNode> fields = group.getValue();
      boolean array = fields.size() > 1 || fields.getFirst().desc().count() > 1;
      if (array) {
        report.beginArray(group.getKey());
      }
      for (FieldNode field : fields) {
        field(group.getKey(), field);
      }
      if (array) {
        report.end();
      }
    }
    for (StateNode subsection : state.subsections()) {
      write(subsection.desc().name(), subsection);
    }
    report.end();
  }

  private void field(String name, FieldNode field) throws IOException {
    FieldDesc desc = field.desc();
    switch (desc.type()) {
      case STRUCT -> {
        for (StateNode element : field.elements()) {
          write(name, element);
        }
      }
      case CAPABILITY -> {
        byte[] raw = field.raw();
        for (int at = 0; at < raw.length; at += 1 + (raw[at] & 0xff)) {
          report.text(name, new String(raw, at + 1, raw[at] & 0xff, StandardCharsets.ISO_8859_1));
        }
      }
      default -> {
        int size = (int) desc.size();
        for (int i = 0; i < desc.count(); i++) {
          scalar(name, desc.typeName(), field.raw(), i * size, size);
        }
      }
    }
  }

  private void scalar(String name, String type, byte[] raw, int from, int size) throws IOException {
    switch (type) {
      case "bool" -> report.bool(name, size > 0 && raw[from] != 0);
      case "nullptr" -> report.text(name, "nullptr");
      case "int8",
          "int16",
          "int32",
          "int64",
          "int32 equal",
          "int32 le",
          "int64 equal",
          "uint8 equal",
          "uint16 equal" ->
          report.text(name, signed(raw, from, size));
      case "uint8", "uint16", "uint32", "uint64", "uint32 equal" ->
          report.text(name, "0x" + HexFormat.of().formatHex(raw, from, from + size));
      default -> report.text(name, SPACED.formatHex(raw, from, from + size));
    }
  }

  private static String signed(byte[] raw, int from, int size) {
    String hex = "0x" + HexFormat.of().formatHex(raw, from, from + size);
    if (size == 0 || raw[from] >= 0) {
      return hex;
    }
    BigInteger value = new BigInteger(raw, from, size);
    return hex + " (" + value + ")";
  }
}
