package org.vmstate.parser.vmdesc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

/**
 * Reads the payload of a device section as its description says: fields in order, then the
 * subsections. The payload has no length of its own; the cursor ends after it. Source: QEMU 10.0
 * migration/vmstate.c.
 */
public final class StateDecoder {
  private final ByteSource source;
  private final Limits limits;
  private int values;
  private long bytes;

  private StateDecoder(ByteSource source, Limits limits) {
    this.source = source;
    this.limits = limits;
  }

  /** Decodes the state at the cursor. */
  public static StateNode decode(ByteSource source, StateDesc desc, Limits limits)
      throws IOException {
    return new StateDecoder(source, limits).body(desc, source.position(), 0);
  }

  private StateNode body(StateDesc desc, long start, int depth) throws IOException {
    if (depth > limits.nesting()) {
      throw source.limitExceeded(
          Reason.STATE_LIMIT, "device state: nested deeper than " + limits.nesting(), start);
    }
    List<FieldNode> fields = new ArrayList<>(desc.fields().size());
    for (FieldDesc field : desc.fields()) {
      source.path().push(field.name());
      fields.add(field(field, depth));
      source.path().pop();
    }
    List<StateNode> subsections = new ArrayList<>(desc.subsections().size());
    for (StateDesc subsection : desc.subsections()) {
      source.path().push(subsection.name());
      subsections.add(subsection(subsection, depth));
      source.path().pop();
    }
    return new StateNode(desc, new ByteRange(start, source.position()), fields, subsections);
  }

  private StateNode subsection(StateDesc desc, int depth) throws IOException {
    long start = source.position();
    int marker = source.u8();
    if (marker != StreamFormat.SUBSECTION) {
      throw source.malformed(
          Reason.STATE_SUBSECTION_MARK,
          "subsection: expected byte 0x05, found 0x" + Integer.toHexString(marker),
          start);
    }
    String name = source.shortString();
    if (!name.equals(desc.name())) {
      throw source.malformed(
          Reason.STATE_SUBSECTION_NAME,
          "subsection: expected " + desc.name() + ", found " + name,
          start + 1);
    }
    long at = source.position();
    long version = source.be32();
    if (version != desc.version()) {
      throw source.malformed(
          Reason.STATE_SUBSECTION_VERSION,
          "subsection version: expected " + desc.version() + ", found " + version,
          at);
    }
    return body(desc, start, depth + 1);
  }

  private FieldNode field(FieldDesc desc, int depth) throws IOException {
    long start = source.position();
    count(1);
    byte[] raw = new byte[0];
    List<StateNode> elements = List.of();
    switch (desc.type()) {
      case STRUCT -> elements = structs(desc, depth);
      case CAPABILITY -> raw = capabilities(desc.count());
      case INLINE, QUEUE -> {
        raw = raw(desc);
        elements = inside(desc, raw, start, depth);
      }
      default -> raw = raw(desc);
    }
    return new FieldNode(desc, new ByteRange(start, source.position()), raw, elements);
  }

  private void count(long more) throws StateFormatException {
    if (more > limits.deviceValues() - values) {
      throw source.limitExceeded(
          Reason.STATE_LIMIT,
          "device state: more than " + limits.deviceValues() + " values",
          source.position());
    }
    values += (int) more;
  }

  private byte[] raw(FieldDesc desc) throws IOException {
    if (desc.size() > limits.deviceBytes()) {
      throw source.limitExceeded(
          Reason.STATE_LIMIT, "field: " + desc.size() + " bytes", source.position());
    }
    long length = desc.size() * desc.count();
    bytes += length;
    if (bytes > limits.deviceBytes()) {
      throw source.limitExceeded(
          Reason.STATE_LIMIT,
          "device state: more than " + limits.deviceBytes() + " bytes",
          source.position());
    }
    return source.bytes(length, limits.deviceBytes(), desc.name());
  }

  private List<StateNode> structs(FieldDesc desc, int depth) throws IOException {
    count(desc.count());
    List<StateNode> result = new ArrayList<>();
    for (int i = 0; i < desc.count(); i++) {
      StateNode element = body(desc.nested().getFirst(), source.position(), depth + 1);
      if (i == 0 && element.range().length() != desc.size()) {
        throw source.malformed(
            Reason.STATE_STRUCT_LENGTH,
            "struct: expected " + desc.size() + " bytes, found " + element.range().length(),
            element.range().start());
      }
      result.add(element);
    }
    return result;
  }

  private byte[] capabilities(int count) throws IOException {
    count(count);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      byte[] name = source.bytes(source.u8(), 255, "capability");
      all.write(name.length);
      all.write(name, 0, name.length);
    }
    return all.toByteArray();
  }

  /** Decodes what an opaque form holds; its length is known, so a failure leaves it opaque. */
  private List<StateNode> inside(FieldDesc desc, byte[] raw, long start, int depth) {
    StateDecoder inner = new StateDecoder(new HeapSource(raw, start, new StructurePath()), limits);
    inner.values = values;
    inner.bytes = bytes;
    try {
      List<StateNode> result = new ArrayList<>();
      for (StateDesc nested : desc.nested()) {
        if (desc.type() == FieldType.QUEUE && inner.source.u8() != 1) {
          return List.of();
        }
        result.add(inner.body(nested, inner.source.position(), depth + 1));
      }
      if (desc.type() == FieldType.QUEUE && inner.source.u8() != 0) {
        return List.of();
      }
      values = inner.values;
      bytes = inner.bytes;
      return inner.source.atEnd() ? result : List.of();
    } catch (IOException e) {
      // a gtree's keys are not described, for instance
      return List.of();
    }
  }
}
