package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.rule.StateVersions;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.DescriptionCursor;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.formats.vmdesc.VmDescription;

/**
 * Rules on device sections and what the stream's own description says of them. The description
 * lists what the writer has, so it is the best guess at what a loader of the same machine has.
 */
final class DescribedInspector extends Inspector {
  private static final int SHOWN = 5;

  /**
   * Devices whose sections QEMU also takes under the number that releases before 0.12 gave them, an
   * I/O address or an APIC id. Source: QEMU 10.0 hw/, callers of qdev_set_legacy_instance_id.
   */
  private static final Set<String> OLD_NUMBERS =
      Set.of(
          "apic",
          "fdc",
          "i8254",
          "i8259",
          "ipmi-interface",
          "ipmi-interface-isa-bt",
          "mc146818rtc",
          "serial");

  private final List<String> sent = new ArrayList<>();
  private final Map<String, Event.SectionHeader> places = new HashMap<>();
  private VmDescription description;
  private DescriptionCursor descriptions;
  private boolean ended;

  DescribedInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.Described e -> {
        description = e.description();
        descriptions = description.cursor();
      }
      case Event.SectionHeader e
          when e.recordType() == StreamFormat.SECTION_FULL
              && !e.section().name().equals(RamFormat.IDSTR) -> {
        String key = key(e.section().name(), number(e.section()));
        sent.add(key);
        places.putIfAbsent(key, e);
      }
      case Event.EndOfStream _ -> ended = true;
      case Event.Device e -> deviceState(e.section(), e.state(), e.problem());
      case Event.Unknown e when e.section().isPresent() ->
          deviceState(e.section().get(), Optional.empty(), e.problem());
      default -> {}
    }
  }

  private static String key(String name, long instance) {
    return name + " " + instance;
  }

  /** A device without a number of old is found by the number that means none. */
  private long number(Section section) {
    String name = section.name();
    if (section.instance() != DescriptionCursor.NO_ALIAS
        || OLD_NUMBERS.contains(name)
        || description == null) {
      return section.instance();
    }
    Optional<DeviceDesc> first =
        description.devices().stream().filter(d -> d.name().equals(name)).findFirst();
    if (first.isEmpty()) {
      return section.instance();
    }
    add(
        here(
                Rule.DESCRIPTION_COVERS,
                last(),
                "section " + name + ": has no number, which QEMU takes for the first device")
            .as(Severity.WARNING));
    return first.get().instance();
  }

  private void deviceState(Section section, Optional<StateNode> state, Optional<Problem> problem) {
    if (description == null) {
      return;
    }
    applied(Rule.DESCRIPTION_VERSION);
    Optional<DeviceDesc> desc = descriptions.next(section.name(), section.instance());
    // an old-style device has a description without name and version
    boolean versioned = desc.isPresent() && !desc.get().state().name().isEmpty();
    if (!versioned || desc.get().state().version() == section.version()) {
      return;
    }
    long described = desc.get().state().version();
    boolean newer = section.version() > described;
    Optional<StateVersions> loaded = StateVersions.of(desc.get().state().name(), release());
    boolean tooOld = loaded.filter(v -> section.version() < v.oldest()).isPresent();
    boolean less = loaded.filter(v -> section.version() < v.whole()).isPresent();
    Reason reason = Reason.VERSION_OLDER;
    // the loader prints it with a sign
    Facts facts = Facts.named(section.name(), (int) section.version(), described);
    if (newer) {
      reason = Reason.VERSION_NEWER;
    } else if (tooOld) {
      reason = Reason.VERSION_TOO_OLD;
      facts = Facts.named(desc.get().state().name(), section.version(), loaded.get().oldest());
    } else if (less) {
      reason = Reason.VERSION_OF_LESS;
    }
    Finding other =
        here(
            reason,
            facts,
            last(),
            "version of "
                + section.name()
                + ": the section has "
                + section.version()
                + ", the description "
                + described);
    add(newer || tooOld || less ? other.as(Severity.ERROR) : other);
  }

  @Override
  void finish(boolean whole) {
    if (!whole || !ended || description == null) {
      return;
    }
    applied(Rule.DESCRIPTION_COVERS);
    List<String> described =
        description.devices().stream().map(d -> key(d.name(), d.instance())).toList();
    if (sent.equals(described)) {
      return;
    }
    if (described.isEmpty()) {
      // no writer leaves all devices out, and no loader looks
      add(here(Rule.DESCRIPTION_COVERS, last(), "description: expected devices, found none"));
      return;
    }
    Set<String> more = new HashSet<>(sent);
    described.forEach(more::remove);
    places.entrySet().stream()
        .filter(e -> more.contains(e.getKey()))
        .sorted(Map.Entry.comparingByValue((a, b) -> Long.compare(start(a), start(b))))
        .forEach(e -> add(undescribed(e.getValue())));
    Set<String> missing = new HashSet<>(described);
    sent.forEach(missing::remove);
    if (!missing.isEmpty()) {
      List<String> shown = missing.stream().sorted().limit(SHOWN).toList();
      add(here(Rule.DESCRIPTION_COVERS, last(), "described but not sent: " + shown));
    } else if (more.isEmpty()) {
      String text = "the description has the devices in another order";
      add(here(Rule.DESCRIPTION_COVERS, last(), text));
    }
  }

  private static long start(Event element) {
    return element.range().start();
  }

  private Finding undescribed(Event.SectionHeader header) {
    Section section = header.section();
    boolean old =
        OLD_NUMBERS.contains(section.name())
            && section.instance() != 0
            && section.instance() != DescriptionCursor.NO_ALIAS;
    return here(
            Reason.DEVICE_NOT_DESCRIBED,
            Facts.named(section.name(), section.instance()),
            start(header),
            String.format(
                Locale.ROOT,
                "section %s: sent but not described%s",
                section.name(),
                old ? ", unless by its number of old" : ""))
        .as(old ? Severity.WARNING : Severity.ERROR);
  }
}
