package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmstate.analyzer.check.Target.StateType;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Compares a section that was sent with the one that the target itself would send.
 *
 * @param target the target, which need not have said what it would send
 * @param section the section
 * @param sent its description
 * @param payload its bytes, nothing where they are not understood
 */
record OwnComparison(
    Target target, Section section, StateDesc sent, Optional<Event.Device> payload) {
  private Optional<StateDesc> own() {
    return target
        .own()
        .flatMap(own -> own.find(section.name(), section.instance()))
        .map(own -> own.state());
  }

  /** Returns the version that the target would send, if it has this section. */
  private OptionalLong version() {
    return target.facts().map(TargetFacts::sections).orElse(List.of()).stream()
        .filter(s -> s.name().equals(section.name()) && s.instance() == section.instance())
        .mapToLong(s -> s.version())
        .findFirst();
  }

  /** Reports whether the section is newer than the target's, which is said where it begins. */
  boolean isNewer() {
    return version().stream().anyMatch(v -> v < section.version());
  }

  /** Reports whether what was sent has the fields of the target's own newest version. */
  boolean hasOwnFields() {
    return own().filter(own -> own.fields().equals(sent.fields())).isPresent();
  }

  /**
   * Without a type nobody says which fields came with which version. One that is older than the
   * target's own and has all fields of that has some that the target passes over.
   */
  Optional<TargetProblem> older() {
    boolean older = version().stream().anyMatch(v -> v > section.version());
    return older && hasOwnFields()
        ? Optional.of(
            new TargetProblem(
                Reason.TARGET_FIELD_LENGTH,
                Facts.named(section.name(), section.version()),
                String.format(
                    Locale.ROOT,
                    "%s: has version %d, and the fields of the target's own, which is newer",
                    section.name(),
                    section.version())))
        : Optional.empty();
  }

  /** Compares the fields, by the types of the section's name; there may be none. */
  Optional<TargetProblem> shape(List<StateType> types) {
    return own()
        .filter(own -> own.name().equals(sent.name()))
        .flatMap(own -> FieldShapes.compare(section.name(), sent, own, types))
        .map(this::problem);
  }

  private TargetProblem problem(FieldShapes.Odd odd) {
    return switch (odd.kind()) {
      case TIMER ->
          new TargetProblem(
              Reason.TARGET_TIMER_MISSING,
              Facts.NONE,
              odd.path() + ": the target's device does not have this timer",
              Map.of("cure", "start the target with the device as it was configured"));
      case POINTERS -> fields(odd, Reason.TARGET_POINTERS);
      case VERSION -> TargetProblem.newer(odd.path(), name(odd), odd.sent(), odd.own());
      case FUNCTION -> fields(odd, Reason.TARGET_FUNCTION_ELSEWHERE);
      case FIELDS -> fields(odd, end(odd));
    };
  }

  private static String name(FieldShapes.Odd odd) {
    return odd.path().substring(odd.path().lastIndexOf('.') + 1);
  }

  private TargetProblem fields(FieldShapes.Odd odd, Reason reason) {
    return new TargetProblem(
        reason,
        Facts.named(odd.path(), odd.sent(), odd.own()),
        String.format(
            Locale.ROOT,
            "%s: %d bytes in fields that the target has not, %d in fields that were not sent",
            odd.path(),
            odd.sent(),
            odd.own()),
        Map.of("fields_of", section.name() + "#" + section.instance()));
  }

  /** The target reads on to where it has another end, and finds what stands there. */
  private Reason end(FieldShapes.Odd odd) {
    boolean last =
        payload
            .filter(p -> p.content().isSeekable())
            .flatMap(Event.Device::state)
            .filter(s -> isLast(s, name(odd), payload.orElseThrow().range().end()))
            .isPresent();
    // what follows in the section is read as something else, too
    if (!last) {
      return Reason.TARGET_FIELD_LENGTH;
    }
    Event.Device device = payload.orElseThrow();
    ByteBuffer footer = ByteBuffer.allocate(Byte.BYTES + Integer.BYTES);
    try {
      device.content().copy(device.range().end() + odd.own() - odd.sent(), footer);
    } catch (IOException _) {
      // the file is shorter
      return Reason.TARGET_FIELD_LENGTH;
    }
    return footer.get(0) == StreamFormat.SECTION_FOOTER && footer.getInt(1) != section.id()
        ? Reason.TARGET_FOOTER
        : Reason.TARGET_FIELD_LENGTH;
  }

  private static boolean isLast(StateNode state, String name, long end) {
    return state.fields().stream()
            .anyMatch(
                f ->
                    f.range().end() == end
                        && (f.desc().name().equals(name)
                            || f.elements().stream().anyMatch(e -> isLast(e, name, end))))
        || state.subsections().stream().anyMatch(s -> isLast(s, name, end));
  }
}
