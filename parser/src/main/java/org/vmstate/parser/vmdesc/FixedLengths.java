package org.vmstate.parser.vmdesc;

import java.util.IdentityHashMap;
import java.util.Map;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.StateDesc;

/** The lengths of a table's states, as far as a state always has the same. */
final class FixedLengths {
  private final Map<StateDesc, Long> known = new IdentityHashMap<>();

  /** Returns the length of a state in bytes, or -1 when it depends on the section's bytes. */
  long of(StateDesc table) {
    Long length = known.get(table);
    if (length == null) {
      length = table.subsections().isEmpty() ? 0L : -1L;
      for (FieldDesc field : table.fields()) {
        long more = length < 0 ? -1 : of(field);
        length = more < 0 ? -1 : length + more;
      }
      known.put(table, length);
    }
    return length;
  }

  private long of(FieldDesc field) {
    boolean fixed =
        switch (field.type()) {
          case STRUCT ->
              TableRule.of(field.typeName()).kind() == TableRule.NONE
                  && !field.nested().isEmpty()
                  && of(field.nested().getFirst()) >= 0;
          case QUEUE, INLINE, OPAQUE, PCI_IRQ -> false;
          default -> true;
        };
    return fixed ? field.size() * field.count() : -1;
  }
}
