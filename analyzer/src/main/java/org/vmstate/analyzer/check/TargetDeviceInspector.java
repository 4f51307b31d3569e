package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmstate.analyzer.check.Target.StateType;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.DescriptionCursor;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Says whether a target loads the devices of an image. The target's dump has all device types that
 * its binary knows, but not what is registered without a type, such as the timer; that is passed
 * over.
 */
final class TargetDeviceInspector extends TargetRules {
  /** Types whose size in memory is that on the wire. */
  private static final Set<String> SCALARS =
      Set.of(
          "bool",
          "int8",
          "int16",
          "int32",
          "int64",
          "uint8",
          "uint16",
          "uint32",
          "uint64",
          "int32 equal",
          "uint8 equal",
          "uint16 equal",
          "uint32 equal",
          "int64 equal",
          "int32 le");

  private DescriptionCursor descriptions;

  /** The state that is looked at, null where it is not understood. */
  private Event.Device payload;

  TargetDeviceInspector(Findings findings, Target target) {
    super(findings, target);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.Described e -> descriptions = e.description().cursor();
      case Event.Device e -> {
        payload = e;
        deviceState(e.section());
        payload = null;
      }
      case Event.Unknown e when e.section().isPresent() -> deviceState(e.section().get());
      default -> {}
    }
  }

  private void deviceState(Section section) {
    Optional<DeviceDesc> desc =
        descriptions == null
            ? Optional.empty()
            : descriptions.next(section.name(), section.instance());
    if (desc.isEmpty() || target().types().isEmpty()) {
      return;
    }
    StateDesc sent = desc.get().state();
    List<StateType> types = target().types().get(sent.name());
    if (types == null && target().facts().isPresent()) {
      // sections without a type are compared with those of the target's own state
      older(section, sent);
      shape(section, sent, List.of());
      return;
    }
    if (types == null) {
      // a device on a bus has a type; without one it is registered by itself
      if (section.name().contains("/") && !sent.name().isEmpty()) {
        add(
            here(
                    Reason.TARGET_SECTION_UNKNOWN,
                    Facts.named(section.name(), section.instance()),
                    last(),
                    section.name() + ": the dump has no type of " + sent.name())
                .as(Severity.INFO));
      }
      return;
    }
    applied(Rule.TARGET_SECTION, Rule.TARGET_VERSION, Rule.TARGET_FIELD, Rule.TARGET_SUBSECTION);
    if (types.stream().noneMatch(t -> t.loads(section.version()))) {
      version(section, types);
      return;
    }
    Optional<Finding> first = Optional.empty();
    for (StateType type : types) {
      String path = section.name() + "#" + section.instance();
      Optional<Finding> problemHere =
          unread(path, section, sent, type).or(() -> compare(path, sent, type));
      if (problemHere.isEmpty()) {
        shape(section, sent, types);
        return;
      }
      first = first.or(() -> problemHere);
    }
    first.ifPresent(this::add);
  }

  /**
   * Finds a field that the target passes over, as it came after the section's version. Only the
   * fields of the section itself: a structure inside is read with the newest version of its own.
   */
  private Optional<Finding> unread(String path, Section section, StateDesc sent, StateType type) {
    long version = section.version();
    boolean own = version < type.version() && isOwn(section, sent);
    for (FieldDesc field : sent.fields()) {
      String name = field.name().replaceFirst("\\[\\d+\\]$", "");
      List<Target.Field> known = type.fields().getOrDefault(name, List.of());
      boolean passed =
          !known.isEmpty() && known.stream().allMatch(f -> isNewer(f, version))
              // where the type has another field of this name for older versions
              || own && known.stream().anyMatch(f -> isNewer(f, version));
      if (passed && field.size() > 0) {
        return Optional.of(
            here(
                Reason.TARGET_FIELD_LENGTH,
                Facts.named(field.name(), field.size(), 0),
                last(),
                String.format(
                    Locale.ROOT,
                    "%s: field %s has %d bytes, which the target does not read in version %d",
                    path,
                    field.name(),
                    field.size(),
                    version)));
      }
    }
    return Optional.empty();
  }

  private static boolean isNewer(Target.Field field, long version) {
    return field.always() && field.version() > version;
  }

  /** Reports whether what was sent has the fields of the target's own newest version. */
  private boolean isOwn(Section section, StateDesc sent) {
    return target()
        .own()
        .flatMap(own -> own.find(section.name(), section.instance()))
        .filter(own -> own.state().fields().equals(sent.fields()))
        .isPresent();
  }

  /**
   * Without a type nobody says which fields came with which version. One that is older than the
   * target's own and has all fields of that has some that the target passes over.
   */
  private void older(Section section, StateDesc sent) {
    boolean older =
        target().facts().map(TargetFacts::sections).orElse(List.of()).stream()
            .anyMatch(
                s ->
                    s.name().equals(section.name())
                        && s.instance() == section.instance()
                        && s.version() > section.version());
    if (older && isOwn(section, sent)) {
      add(
          here(
              Reason.TARGET_FIELD_LENGTH,
              Facts.named(section.name(), section.version()),
              last(),
              section.name()
                  + ": has version "
                  + section.version()
                  + ", and the fields of the target's own, which is newer"));
    }
  }

  /** Compares with the target's own state, by the types of its name; there may be none. */
  private void shape(Section section, StateDesc sent, List<StateType> types) {
    target()
        .own()
        .flatMap(own -> own.find(section.name(), section.instance()))
        .filter(own -> own.state().name().equals(sent.name()))
        .flatMap(own -> FieldShapes.compare(section.name(), sent, own.state(), types))
        .map(
            odd ->
                switch (odd.kind()) {
                  case TIMER -> timer(odd);
                  case POINTERS -> fields(section, odd, Reason.TARGET_POINTERS);
                  case VERSION ->
                      version(
                          odd.path(),
                          odd.path().substring(odd.path().lastIndexOf('.') + 1),
                          odd.sent(),
                          odd.own());
                  case FUNCTION -> fields(section, odd, Reason.TARGET_FUNCTION_ELSEWHERE);
                  case FIELDS -> fields(section, odd, end(section, odd));
                })
        .ifPresent(this::add);
  }

  /** A subsection that is newer than the target's. */
  private Finding version(String path, String name, long sent, long newest) {
    return here(
        Reason.TARGET_SUBSECTION_NEWER,
        Facts.named(name, sent, newest),
        last(),
        String.format(
            Locale.ROOT, "%s has version %d, the target loads up to %d", path, sent, newest));
  }

  private Finding timer(FieldShapes.Odd odd) {
    return here(
            Reason.TARGET_TIMER_MISSING,
            Facts.NONE,
            last(),
            odd.path() + ": the target's device does not have this timer")
        .with(Map.of("cure", "start the target with the device as it was configured"));
  }

  /** The target reads on to where it has another end, and finds what stands there. */
  private Reason end(Section section, FieldShapes.Odd odd) {
    ByteBuffer footer = ByteBuffer.allocate(Byte.BYTES + Integer.BYTES);
    String name = odd.path().substring(odd.path().lastIndexOf('.') + 1);
    boolean last =
        payload != null
            && payload.content().isSeekable()
            && payload.state().filter(s -> isLast(s, name, payload.range().end())).isPresent();
    // what follows in the section is read as something else, too
    if (!last) {
      return Reason.TARGET_FIELD_LENGTH;
    }
    try {
      payload.content().copy(payload.range().end() + odd.own() - odd.sent(), footer);
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

  private Finding fields(Section section, FieldShapes.Odd odd, Reason reason) {
    return here(
            reason,
            Facts.named(odd.path(), odd.sent(), odd.own()),
            last(),
            String.format(
                Locale.ROOT,
                "%s: %d bytes in fields that the target has not, %d in fields that were not sent",
                odd.path(),
                odd.sent(),
                odd.own()))
        .with(Map.of("fields_of", section.name() + "#" + section.instance()));
  }

  private void version(Section section, List<StateType> types) {
    StateType type = types.getFirst();
    boolean isNew = section.version() > type.version();
    add(
        here(
                isNew ? Reason.TARGET_VERSION_OLD : Reason.TARGET_VERSION_NEW,
                isNew
                    ? Facts.named(section.name(), section.version(), type.version())
                    : Facts.named(type.name(), section.version(), type.minimum()),
                last(),
                String.format(
                    Locale.ROOT,
                    "%s: the section has version %d, the target loads %d to %d",
                    section.name(),
                    section.version(),
                    type.minimum(),
                    type.version()))
            .with(Map.of("version", section.version(), "newest", type.version())));
  }

  /** Compares the elements of a field; those of a queue may differ from each other. */
  private Optional<Finding> nested(String path, FieldDesc sent, List<Target.Field> known) {
    if (known.stream().anyMatch(f -> f.type() == null)) {
      return Optional.empty();
    }
    int elements = sent.nested().size();
    for (int i = 0; i < elements; i++) {
      String place = elements > 1 ? path + "[" + i + "]" : path;
      Optional<Finding> problem = element(place, sent.nested().get(i), known);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private Optional<Finding> element(String path, StateDesc sent, List<Target.Field> known) {
    Optional<Finding> first = Optional.empty();
    for (Target.Field candidate : known) {
      Optional<Finding> problem = compare(path, sent, candidate.type());
      if (problem.isEmpty()) {
        return problem;
      }
      first = first.or(() -> problem);
    }
    return first;
  }

  /** Returns what the target cannot load of a description, if anything. */
  private Optional<Finding> compare(String path, StateDesc sent, StateType type) {
    Set<String> seen = new HashSet<>();
    for (FieldDesc field : sent.fields()) {
      // an array that is not all alike is described element by element
      String name = field.name().replaceFirst("\\[\\d+\\]$", "");
      List<Target.Field> known = type.fields().getOrDefault(name, List.of());
      if (known.isEmpty() || !seen.add(name)) {
        // fields were renamed between releases without a change of the bytes
        continue;
      }
      if (SCALARS.contains(field.typeName()) && !field.isArray()) {
        boolean fits = known.stream().anyMatch(f -> f.size() == field.size());
        if (!fits) {
          return Optional.of(
              here(
                  Reason.TARGET_FIELD_LENGTH,
                  Facts.named(name, field.size(), known.getFirst().size()),
                  last(),
                  String.format(
                      Locale.ROOT,
                      "%s: field %s has %d bytes, on the target %d",
                      path,
                      name,
                      field.size(),
                      known.getFirst().size())));
        }
      }
      Optional<Finding> inside = nested(path + "." + name, field, known);
      if (inside.isPresent()) {
        return inside;
      }
    }
    for (StateDesc subsection : sent.subsections()) {
      StateType known = type.subsections().get(subsection.name());
      if (known == null) {
        return Optional.of(
            here(
                    Reason.TARGET_SUBSECTION_UNKNOWN,
                    Facts.names(subsection.name(), type.name()),
                    last(),
                    path + ": the target does not know the subsection " + subsection.name())
                .with(
                    Map.of(
                        "subsection",
                        path + "." + subsection.name(),
                        "cure",
                        "upgrade --target takes the subsection away")));
      }
      if (subsection.version() > known.version()) {
        return Optional.of(
            version(
                path + "." + subsection.name(),
                subsection.name(),
                subsection.version(),
                known.version()));
      }
      if (!known.loads(subsection.version())) {
        return Optional.of(
            here(
                Reason.TARGET_VERSION_NEW,
                Facts.named(subsection.name(), subsection.version(), known.minimum()),
                last(),
                String.format(
                    Locale.ROOT,
                    "%s: subsection %s has version %d, the target loads %d to %d",
                    path,
                    subsection.name(),
                    subsection.version(),
                    known.minimum(),
                    known.version())));
      }
      Optional<Finding> inside = compare(path + "." + subsection.name(), subsection, known);
      if (inside.isPresent()) {
        return inside;
      }
    }
    return Optional.empty();
  }
}
