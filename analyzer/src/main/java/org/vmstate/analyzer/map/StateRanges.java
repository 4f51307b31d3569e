package org.vmstate.analyzer.map;

import java.io.IOException;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/** Names every byte of a device's state by the path of its field. */
final class StateRanges {
  /** Accepts a named range. */
  interface Sink {
    void accept(ByteRange range, String name) throws IOException;
  }

  private final Sink sink;
  private long at;

  private StateRanges(ByteRange payload, Sink sink) {
    this.at = payload.start();
    this.sink = sink;
  }

  /** Gives the ranges of a payload without holes, in the order of the file. */
  static void of(ByteRange payload, StateNode state, Sink sink) throws IOException {
    StateRanges ranges = new StateRanges(payload, sink);
    ranges.state(state, "");
    ranges.to(payload.end(), "rest");
  }

  private void state(StateNode state, String path) throws IOException {
    for (FieldNode field : state.fields()) {
      String name = path + field.desc().name();
      // the marker in front of a queue's element, or what the description says nothing of
      to(field.range().start(), path + "marker");
      for (StateNode element : field.elements()) {
        to(element.range().start(), name + " marker");
        state(element, name + ".");
      }
      to(field.range().end(), field.elements().isEmpty() ? name : name + " marker");
    }
    for (StateNode subsection : state.subsections()) {
      to(subsection.range().start(), path + "marker");
      String name = path + subsection.desc().name();
      long fields =
          subsection.fields().isEmpty()
              ? subsection.range().end()
              : subsection.fields().getFirst().range().start();
      to(fields, name + " header");
      state(subsection, name + ".");
    }
  }

  private void to(long end, String name) throws IOException {
    if (end > at) {
      sink.accept(new ByteRange(at, end), name);
      at = end;
    }
  }
}
