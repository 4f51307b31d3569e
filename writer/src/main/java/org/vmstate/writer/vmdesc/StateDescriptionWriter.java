package org.vmstate.writer.vmdesc;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Writes the object that the vmdescription has for a device, of the fields that its state consists
 * of now. The text has QEMU's form: one line, separators {@code ", "} and {@code ": "}. Source:
 * QEMU 10.0 migration/vmstate.c.
 */
public final class StateDescriptionWriter {
  private final StringBuilder out = new StringBuilder();

  private StateDescriptionWriter() {}

  /** Returns the object of a device. */
  public static String device(String name, long instance, StateNode state) {
    StateDescriptionWriter writer = new StateDescriptionWriter();
    writer.out.append("{\"name\": ").append(quoted(name));
    writer.out.append(", \"instance_id\": ").append(instance).append(", ");
    writer.members(state);
    return writer.out.append('}').toString();
  }

  static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  private void members(StateNode state) {
    out.append("\"vmsd_name\": ").append(quoted(state.desc().name()));
    out.append(", \"version\": ").append(state.desc().version());
    out.append(", \"fields\": [");
    List<FieldNode> fields = state.fields();
    int index = 0;
    for (int i = 0; i < fields.size(); i++) {
      String name = fields.get(i).desc().name();
      index = i > 0 && fields.get(i - 1).desc().name().equals(name) ? index + 1 : 0;
      out.append(i == 0 ? "" : ", ");
      field(fields.get(i), index);
    }
    out.append(']');
    if (!state.subsections().isEmpty()) {
      out.append(", \"subsections\": [");
      for (int i = 0; i < state.subsections().size(); i++) {
        out.append(i == 0 ? "{" : ", {");
        members(state.subsections().get(i));
        out.append('}');
      }
      out.append(']');
    }
  }

  private void field(FieldNode field, int index) {
    FieldDesc desc = field.desc();
    out.append("{\"name\": ").append(quoted(desc.name()));
    if (desc.count() != 1) {
      out.append(", \"array_len\": ").append(desc.count());
    } else if (desc.isArray()) {
      out.append(", \"index\": ").append(index);
    }
    out.append(", \"type\": ").append(quoted(desc.typeName()));
    switch (desc.type()) {
      case STRUCT -> {
        out.append(", \"struct\": {");
        if (!field.elements().isEmpty()) {
          members(field.elements().getFirst());
        }
        out.append('}');
      }
      case QUEUE, INLINE -> {
        for (StateNode element : field.elements()) {
          out.append(", ");
          members(element);
        }
      }
      default -> {}
    }
    out.append(", \"size\": ").append(desc.size()).append('}');
  }
}
