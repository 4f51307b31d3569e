package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.check.Target.StateType;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.vmdesc.DescriptionCursor;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.StateDesc;

/**
 * Says whether a target loads the devices of an image. The target's dump has all device types that
 * its binary knows, but not what is registered without a type, such as the timer; that is passed
 * over.
 */
final class TargetDeviceInspector extends TargetRules {
  private DescriptionCursor descriptions;

  TargetDeviceInspector(Findings findings, Target target) {
    super(findings, target);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.Described e -> descriptions = e.description().cursor();
      case Event.Device e -> deviceState(e.section(), Optional.of(e));
      case Event.Unknown e when e.section().isPresent() ->
          deviceState(e.section().get(), Optional.empty());
      default -> {}
    }
  }

  private void deviceState(Section section, Optional<Event.Device> payload) {
    Optional<DeviceDesc> desc =
        descriptions == null
            ? Optional.empty()
            : descriptions.next(section.name(), section.instance());
    if (desc.isEmpty() || target().types().isEmpty()) {
      return;
    }
    StateDesc sent = desc.get().state();
    OwnComparison own = new OwnComparison(target(), section, sent, payload);
    List<StateType> types = target().types().get(sent.name());
    if (types != null) {
      applied(Rule.TARGET_SECTION, Rule.TARGET_VERSION, Rule.TARGET_FIELD, Rule.TARGET_SUBSECTION);
      if (types.stream().anyMatch(t -> t.loads(section.version()))) {
        typed(section, sent, types, own).ifPresent(this::tell);
      } else if (!own.isNewer()) {
        tell(version(section, types.getFirst()));
      }
    } else if (target().facts().isPresent()) {
      // sections without a type are compared with those of the target's own state
      own.older().ifPresent(this::tell);
      own.shape(List.of()).ifPresent(this::tell);
    } else if (section.name().contains("/") && !sent.name().isEmpty()) {
      // a device on a bus has a type; without one it is registered by itself
      add(
          here(
                  Reason.TARGET_SECTION_UNKNOWN,
                  Facts.named(section.name(), section.instance()),
                  last(),
                  section.name() + ": the dump has no type of " + sent.name())
              .as(Severity.INFO));
    }
  }

  private void tell(TargetProblem problem) {
    add(here(problem.reason(), problem.facts(), last(), problem.words()).with(problem.more()));
  }

  /** Compares with each type of the name; one that takes what was sent is enough. */
  private static Optional<TargetProblem> typed(
      Section section, StateDesc sent, List<StateType> types, OwnComparison own) {
    String path = section.name() + "#" + section.instance();
    Optional<TargetProblem> first = Optional.empty();
    for (StateType type : types) {
      Optional<TargetProblem> problem =
          TypeComparison.unread(path, section.version(), sent, type, own.hasOwnFields())
              .or(() -> TypeComparison.compare(path, sent, type));
      if (problem.isEmpty()) {
        return own.shape(types);
      }
      first = first.or(() -> problem);
    }
    return first;
  }

  private static TargetProblem version(Section section, StateType type) {
    boolean isNew = section.version() > type.version();
    return new TargetProblem(
        isNew ? Reason.TARGET_VERSION_OLD : Reason.TARGET_VERSION_NEW,
        isNew
            ? Facts.named(section.name(), section.version(), type.version())
            : Facts.named(type.name(), section.version(), type.minimum()),
        String.format(
            Locale.ROOT,
            "%s: the section has version %d, the target loads %d to %d",
            section.name(),
            section.version(),
            type.minimum(),
            type.version()),
        Map.of("version", section.version(), "newest", type.version()));
  }
}
