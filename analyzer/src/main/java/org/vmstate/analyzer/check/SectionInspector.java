package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
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
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.MachineRelease;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.VmDescription;

/** Rules on the order and the completeness of records. */
final class SectionInspector extends Inspector {
  /** Commands after which devices come before the last memory. */
  private static final Set<CommandType> POSTCOPY =
      EnumSet.of(
          CommandType.POSTCOPY_LISTEN,
          CommandType.POSTCOPY_RUN,
          CommandType.POSTCOPY_RAM_DISCARD,
          CommandType.PACKAGED,
          CommandType.POSTCOPY_RESUME,
          CommandType.RECV_BITMAP);

  /** Where an iterable is between START and END. */
  private enum Phase {
    STARTED,
    ENDED
  }

  private final Map<Section, Phase> iterables = new HashMap<>();
  private final Map<Long, Section> ids = new HashMap<>();
  private final Set<String> devices = new HashSet<>();
  private final boolean inDisk;
  private Optional<Section> repeated = Optional.empty();
  private VmDescription description;
  private StreamConfiguration configuration;
  private boolean iterating;
  private boolean completing;
  private boolean ended;
  private boolean switchedBefore;
  private boolean postcopy;
  private boolean finished;
  private boolean footers;
  private int lastType;
  private int switchovers;

  /**
   * Inspects sections.
   *
   * @param inDisk whether the image is a snapshot's state, of which QEMU does not say the end when
   *     it has mapped-ram
   */
  SectionInspector(Findings findings, boolean inDisk) {
    super(findings);
    this.inDisk = inDisk;
  }

  private boolean isOpenEnded() {
    return inDisk && configuration != null && configuration.has(Capability.MAPPED_RAM);
  }

  private void configuration(StreamConfiguration found) {
    configuration = found;
  }

  private void description(VmDescription found) {
    description = found;
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (repeated.isPresent() && event.covers()) {
      boolean whole =
          event instanceof Event.Device e && e.state().isPresent() && e.problem().isEmpty();
      boolean told =
          event instanceof Event.Device e
              && e.problem().filter(p -> p.reason() == Reason.PCI_VERSION).isPresent();
      repeated(repeated.get(), whole, told);
      repeated = Optional.empty();
    }
    switch (event) {
      case Event.Configuration e -> configuration(e.configuration());
      case Event.Described e -> description(e.description());
      case Event.Notice e -> notice(e.problem());
      case Event.SectionHeader e -> header(e);
      case Event.SectionFooter e -> footers = true;
      case Event.Command e -> command(e);
      case Event.EndOfStream e -> {
        finished = true;
        footers();
        applied(Rule.END_MARK, Rule.TRAILING_BYTES);
      }
      case Event.Trailing _ when isOpenEnded() -> {}
      case Event.Trailing e ->
          add(
              here(
                      Rule.TRAILING_BYTES,
                      last(),
                      "after the stream: expected nothing, found " + e.range().length() + " bytes")
                  .with(Map.of("length", e.range().length())));
      default -> {}
    }
  }

  private void header(Event.SectionHeader e) {
    applied(
        Rule.RECORD_TYPE,
        Rule.SECTION_NAME,
        Rule.SECTION_ANNOUNCED,
        Rule.SECTION_FOOTER,
        Rule.SECTION_ID_SHARED,
        Rule.SECTION_ORDER);
    Section section = e.section();
    lastType = e.recordType();
    footers();
    boolean again = lastType == StreamFormat.SECTION_PART || lastType == StreamFormat.SECTION_END;
    if (again && !iterables.containsKey(section)) {
      repeated = Optional.of(section);
      return;
    }
    int type = e.recordType();
    if (type == StreamFormat.SECTION_FULL && section.name().equals(RamFormat.IDSTR)) {
      disorder(section, "a FULL, which QEMU reads as a START");
      type = StreamFormat.SECTION_START;
    }
    switch (type) {
      case StreamFormat.SECTION_START -> {
        announce(section);
        if (section.name().equals(RamFormat.IDSTR) && section.instance() != 0) {
          add(
              here(
                      Reason.RAM_INSTANCE,
                      Facts.named(section.name(), section.instance()),
                      last(),
                      "section ram: expected instance 0, found " + section.instance())
                  .as(Severity.ERROR));
        }
        if (section.name().equals(StreamFormat.PROXMOX_BACKUPS)) {
          foreign(section);
        }
        if (iterables.put(section, Phase.STARTED) != null) {
          disorder(section, "a second START");
        }
      }
      case StreamFormat.SECTION_FULL -> {
        announce(section);
        completing |= iterating || ended;
        full(section);
      }
      case StreamFormat.SECTION_PART -> {
        iterating = true;
        if (iterables.get(section) == Phase.ENDED) {
          disorder(section, "a PART after the END");
        }
      }
      default -> end(section);
    }
  }

  /** A PART or END of a device: QEMU reads it as it reads a FULL, and loads the device again. */
  private void repeated(Section section, boolean whole, boolean told) {
    if (whole) {
      disorder(section, "a PART or END with all of the state that a FULL has");
    } else {
      Finding other =
          here(
              Reason.SECTION_WITHOUT_START,
              Facts.named(section.name(), section.id()),
              last(),
              "section " + section.name() + ": announced by FULL, which has no PART and END");
      add(told ? other.by(Optional.empty()) : other);
    }
  }

  /** Has a START only. */
  private void foreign(Section section) {
    add(
        here(
            Reason.SECTION_OF_PROXMOX,
            Facts.named(section.name(), section.instance()),
            last(),
            "section " + section.name() + ": only Proxmox's QEMU loads it"));
  }

  private void announce(Section section) {
    Section other = ids.put(section.id(), section);
    boolean same =
        other == null
            || other.name().equals(section.name()) && other.instance() == section.instance();
    if (!same) {
      add(
          here(
              Rule.SECTION_ID_SHARED,
              last(),
              "section id " + section.id() + ": is also that of " + other.name()));
    }
  }

  private void full(Section section) {
    applied(Rule.SECTION_ONCE);
    if (!devices.add(section.name() + "\0" + section.instance())) {
      add(
          here(
              Rule.SECTION_ONCE,
              last(),
              "device "
                  + section.name()
                  + " instance "
                  + section.instance()
                  + ": has a second section"));
    }
  }

  private void end(Section section) {
    if (iterables.put(section, Phase.ENDED) == Phase.ENDED) {
      disorder(section, "a second END");
    }
    if (completing && !postcopy) {
      disorder(section, "an END after device sections");
    }
    if (!ended) {
      switchedBefore = switchovers > 0;
    }
    ended = true;
  }

  private void disorder(Section section, String what) {
    add(here(Rule.SECTION_ORDER, last(), "section " + section.name() + ": " + what));
  }

  private void command(Event.Command e) {
    CommandType type = CommandType.of(e.code());
    postcopy |= POSTCOPY.contains(type);
    switchovers += type == CommandType.SWITCHOVER_START ? 1 : 0;
  }

  private void notice(Problem problem) {
    switch (problem.reason()) {
      case SECTION_END_UNKNOWN -> {
        // a device's footer would have been found
        boolean cut = footers && lastType == StreamFormat.SECTION_FULL;
        add(Finding.of(cut ? problem.as(Reason.DEVICE_CUT) : problem));
      }
      case SUBSECTION_UNKNOWN,
          DESCRIPTION_NO_JSON,
          DESCRIPTION_SHAPE,
          DESCRIPTION_NUMBER,
          DESCRIPTION_LENGTH,
          DESCRIPTION_LIMIT ->
          add(Finding.of(problem));
      // QEMU loads it, but it is not all of the image
      case DESCRIPTION_CUT -> add(Finding.of(problem).as(Severity.ERROR));
      default -> {
        // seen by its element, or with what the element says
      }
    }
  }

  /** Returns whether the end mark was seen. */
  boolean isFinished() {
    return finished;
  }

  @Override
  void finish(boolean whole) {
    if (!whole || !finished) {
      return;
    }
    applied(Rule.DESCRIPTION, Rule.UNKNOWN_SECTION);
    boolean snapshot = !ended && switchovers == 0;
    iterables.forEach(
        (section, phase) -> {
          if (phase == Phase.STARTED && !section.name().equals(StreamFormat.PROXMOX_BACKUPS)) {
            Finding missing =
                here(
                    Rule.SECTION_ORDER,
                    last(),
                    "section "
                        + section.name()
                        + (snapshot ? ": no END, as in a background snapshot" : ": no END"));
            // with mapped-ram it is V063
            boolean early = findings().count(Rule.END_MARK) > 0;
            if (!configuration.has(Capability.MAPPED_RAM) && !early) {
              add(snapshot ? missing.as(Severity.INFO) : missing);
            }
          }
        });
    switchover(snapshot);
    if (description == null) {
      if (findings().count(Rule.DESCRIPTION) == 0) {
        add(here(Rule.DESCRIPTION, last(), "description: expected after the end mark, found none"));
      }
    }
  }

  /**
   * Tests, when the first section is over, that it had a footer. The parser takes a stream without
   * footers as it is; only old machine types write such.
   */
  private void footers() {
    boolean due = !footers && !ids.isEmpty() && findings().count(Rule.SECTION_FOOTER) == 0;
    if (due && machine().filter(MachineRelease::hasFooters).isPresent()) {
      add(
          here(
              Reason.FOOTERS_MISSING,
              Facts.named(configuration.machine()),
              last(),
              "section footers: expected with machine type "
                  + configuration.machine()
                  + ", found none"));
    }
  }

  private Optional<MachineRelease> machine() {
    return configuration == null ? Optional.empty() : MachineRelease.of(configuration.machine());
  }

  private void switchover(boolean snapshot) {
    Optional<MachineRelease> release = machine();
    if (snapshot || postcopy || release.isEmpty()) {
      return;
    }
    applied(Rule.SWITCHOVER_START);
    boolean sends = release.get().announcesSwitchover();
    if (switchovers > 1 || sends != switchedBefore) {
      boolean snapshot11 = sends && switchovers == 0;
      Finding finding =
          here(
              Rule.SWITCHOVER_START,
              last(),
              "SWITCHOVER_START: expected "
                  + (sends ? "one" : "none")
                  + " before the first END, found "
                  + (switchedBefore || !sends ? switchovers : 0)
                  + (snapshot11 ? "; savevm of QEMU 11 sends none" : ""));
      add(snapshot11 ? finding.as(Severity.INFO) : finding);
    }
  }
}
