package org.vmstate.analyzer.info;

import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateNode;

/** Counts the bytes of a state that nothing says the meaning of. */
final class Opacity {
  private Opacity() {}

  /** Counts; the one field of a device that QEMU describes as mere data is opaque, too. */
  static long of(StateNode device) {
    FieldNode only = device.fields().size() == 1 ? device.fields().getFirst() : null;
    boolean data =
        only != null && only.desc().name().equals("data") && only.desc().type() == FieldType.BUFFER;
    return data ? only.raw().length : bytes(device);
  }

  private static long bytes(StateNode state) {
    long sum = 0;
    for (FieldNode field : state.fields()) {
      if (field.desc().type() == FieldType.OPAQUE && field.elements().isEmpty()) {
        sum += field.raw().length;
      }
      for (StateNode element : field.elements()) {
        sum += bytes(element);
      }
    }
    for (StateNode subsection : state.subsections()) {
      sum += bytes(subsection);
    }
    return sum;
  }
}
