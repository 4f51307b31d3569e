package org.vmstate.analyzer.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.device.SectionDecoders;
import org.vmstate.writer.vmdesc.StateEncoder;

/** Everything that is to happen to one section. */
final class SectionChange {
  private final Section before;
  private Section after;
  private final Map<String, Change.SetField> done = new HashMap<>();
  private boolean dropped;
  private final List<Change> fields = new ArrayList<>();
  private final List<String> paths = new ArrayList<>();
  private final List<StateNode> states = new ArrayList<>();

  SectionChange(Section section) {
    before = section;
    after = section;
  }

  Section before() {
    return before;
  }

  Section after() {
    return after;
  }

  boolean isDropped() {
    return dropped;
  }

  boolean isHeaderChanged() {
    return !after.equals(before);
  }

  boolean hasFields() {
    return !fields.isEmpty();
  }

  /** Returns the changed state of the record whose payload starts at an offset, if it changes. */
  Optional<StateNode> state(long start) {
    return states.stream().filter(s -> s.range().start() == start).findFirst();
  }

  /** Returns the state of a section that has a description. */
  StateNode reshaped() {
    return states.getFirst();
  }

  void drop() {
    dropped = true;
  }

  void name(String name) throws ChangeException {
    if (name.isEmpty() || name.length() > 255) {
      throw new ChangeException("section name: expected 1 to 255 bytes, found " + name.length());
    }
    ChangePlan.once("name of " + before.name(), after.name(), before.name(), name);
    after = new Section(after.id(), name, after.instance(), after.version());
  }

  void instance(long instance) throws ChangeException {
    ChangePlan.once("instance of " + before.name(), after.instance(), before.instance(), instance);
    after = new Section(after.id(), after.name(), word("instance", instance), after.version());
  }

  void version(long version) throws ChangeException {
    ChangePlan.once("version of " + before.name(), after.version(), before.version(), version);
    after = new Section(after.id(), after.name(), after.instance(), word("version", version));
  }

  private long word(String what, long value) throws ChangeException {
    if (value < 0 || value > 0xffffffffL) {
      throw new ChangeException(
          what + " of " + before.name() + ": expected 0 to 4294967295, found " + value);
    }
    return value;
  }

  /** Adds a change of a field or a subsection, whose path goes on after the section's name. */
  void field(Change change, String path) {
    fields.add(change);
    paths.add(path);
  }

  /**
   * Changes the states of the section's records, or finds out that this is not possible. A path
   * names the field of the first record that has it.
   */
  void apply(List<StateNode> found) throws ChangeException {
    boolean own = SectionDecoders.knows(before);
    if (own && isReshaped()) {
      throw new ChangeException(
          "section " + before.name() + ": has a form of its own, no field comes or goes");
    }
    found.forEach(s -> states.add(DeviceDecoders.expand(s)));
    for (int i = 0; i < fields.size(); i++) {
      int at = record(paths.get(i));
      StateNode result = states.get(at);
      for (String path : StateChange.places(result, GuestFeatures.path(result, paths.get(i)))) {
        agree(at + " " + path, fields.get(i));
        result = apply(result, fields.get(i), path);
      }
      states.set(at, result);
    }
    for (StateNode state : own ? states : List.<StateNode>of()) {
      byte[] bytes = StateEncoder.encode(state);
      Optional<StateNode> again = SectionDecoders.decode(before, bytes, state.range().start());
      boolean same =
          again
              .filter(s -> s.range().equals(state.range()))
              .filter(s -> fillsRest() || shape(s).equals(shape(state)))
              .isPresent();
      if (!same) {
        throw new ChangeException(
            "section " + before.name() + ": expected what is counted to stay as it is");
      }
    }
  }

  private int record(String path) {
    for (int i = 0; i < states.size(); i++) {
      if (StateChange.has(states.get(i), StateChange.places(states.get(i), path).getFirst())) {
        return i;
      }
    }
    return 0;
  }

  /** Reports whether bytes are set of which the array in front of them has none. */
  private boolean fillsRest() {
    return paths.stream().anyMatch(p -> p.endsWith(SectionDecoders.REST));
  }

  /** The lengths of the fields, one after the other, those of structs in brackets. */
  private static List<Object> shape(StateNode state) {
    List<Object> result = new ArrayList<>();
    for (FieldNode field : state.fields()) {
      result.add(field.desc().name());
      result.add(field.raw().length);
      field.elements().forEach(e -> result.add(shape(e)));
    }
    return result;
  }

  /** Requires that no change undoes one before; what comes or goes gives paths another meaning. */
  private void agree(String path, Change change) throws ChangeException {
    if (!(change instanceof Change.SetField c)) {
      done.clear();
      return;
    }
    Change.SetField before = done.put(path + bits(c), c);
    boolean same =
        before == null || before.operator() == c.operator() && before.value().equals(c.value());
    if (!same) {
      throw new ChangeException(
          c.path() + ": changes contradict each other: " + before + " and " + c);
    }
  }

  /** Bits are added and taken away one by one, all others are set at once. */
  private static String bits(Change.SetField change) {
    return change.operator() == Change.Operator.SET ? "" : " " + change.value();
  }

  private static StateNode apply(StateNode state, Change change, String path)
      throws ChangeException {
    return switch (change) {
      case Change.SetField c -> StateChange.set(state, path, c);
      case Change.RemoveField c -> StateChange.remove(state, path, c.path());
      case Change.InsertField c -> StateChange.insert(state, path, c);
      case Change.RemoveSubsection c -> StateChange.removeSubsection(state, path, c.path());
      case Change.SetBlockSize c -> PluggedMemory.withBlockSize(state, c);
      default -> throw new IllegalStateException(change.toString());
    };
  }

  /** Reports whether the description of the fields changes, not only their values. */
  boolean isReshaped() {
    return fields.stream().anyMatch(c -> !(c instanceof Change.SetField));
  }
}
