package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmstate.analyzer.facts.FixedFields;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.device.DirtyBitmapFormat;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.device.VirtioDevice;
import org.vmstate.formats.device.VirtioFormat;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;

/** Compares an image with what a target said of itself: sections, features, PCI functions. */
final class TargetFactsInspector extends Inspector {
  /** Sections that a target loads although its own state has them only at times. */
  private static final Set<String> AT_TIMES =
      Set.of(
          RamFormat.IDSTR,
          "audio",
          DirtyBitmapFormat.IDSTR,
          "globalstate",
          "replay",
          "block",
          "htab",
          "cpr-state");

  private final TargetFacts target;
  private final Map<String, Long> versions = new HashMap<>();
  private final Set<String> types = new HashSet<>();

  TargetFactsInspector(Findings findings, TargetFacts target) {
    super(findings);
    this.target = target;
    for (TargetFacts.Known known : target.sections()) {
      versions.put(key(known.name(), known.instance()), known.version());
      types.add(known.name());
    }
  }

  private static String key(String name, long instance) {
    return name + "#" + instance;
  }

  private void configuration(StreamConfiguration found) {
    if (found.present()
        && !target.machines().isEmpty()
        // QEMU compares as many characters as it received
        && target.machines().stream().noneMatch(m -> m.startsWith(found.machine()))) {
      add(
          here(
                  Reason.TARGET_OF_ANOTHER_MACHINE,
                  Facts.names(found.machine(), target.machine()),
                  last(),
                  "machine type: the target does not offer " + found.machine())
              .with(
                  Map.of(
                      "machine",
                      found.machine(),
                      "cure",
                      target.isOtherRelease(found.machine())
                          ? "upgrade --target gives it the target's own, " + target.machine()
                          : "start a target that offers it")));
    }
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.StreamHeader e -> blocked();
      case Event.Configuration e -> configuration(e.configuration());
      case Event.SectionHeader e -> {
        if (e.isFirst() && !versions.isEmpty()) {
          announced(e.section());
        }
      }
      case Event.Device e -> deviceState(e.section(), e.state());
      default -> {}
    }
  }

  private void blocked() {
    if (!versions.isEmpty() || !target.blocking().isEmpty()) {
      applied(Rule.TARGET_BLOCKED);
    }
    if (!target.blocking().isEmpty()) {
      add(
          here(
                  Reason.TARGET_BLOCKED,
                  Facts.named(target.blocking().getFirst()),
                  last(),
                  "the target cannot move the state of "
                      + String.join(", ", target.blocking())
                      + ", and loads none with such a device")
              .with(
                  Map.of(
                      "cure",
                      "start the target without it; a state that has the device needs a release"
                          + " that can move it")));
    }
  }

  private void announced(Section section) {
    applied(Rule.TARGET_SECTION, Rule.TARGET_VERSION);
    Long version = versions.get(key(section.name(), section.instance()));
    if (version == null) {
      if (AT_TIMES.contains(section.name()) && section.instance() == 0) {
        return;
      }
      add(
          here(
                  Reason.TARGET_SECTION_UNKNOWN,
                  Facts.named(section.name(), section.instance()),
                  last(),
                  section.name()
                      + " "
                      + section.instance()
                      + (types.contains(section.name())
                          ? ": the target has no such instance"
                          : ": the target has no such device"))
              .with(
                  Map.of(
                      "section",
                      key(section.name(), section.instance()),
                      "cure",
                      "start the target with this device")));
    } else if (section.version() > version) {
      version(section, version, Reason.TARGET_VERSION_OLD, "loads up to " + version);
    } else if (section.version() < version && isOfOneVersion(section)) {
      version(section, version, Reason.TARGET_VERSION_NEW, "loads " + version + " alone");
    }
  }

  private void version(Section section, long newest, Reason reason, String what) {
    add(
        here(
                reason,
                Facts.named(section.name(), section.version(), newest),
                last(),
                section.name()
                    + ": the section has version "
                    + section.version()
                    + ", the target "
                    + what)
            .with(Map.of("version", section.version(), "newest", newest)));
  }

  /**
   * Reports whether each release loads its own version alone, as of a RISC-V processor, which has
   * no type that would tell. Source: QEMU 10.0 target/riscv/machine.c.
   */
  private boolean isOfOneVersion(Section section) {
    return section.name().equals("cpu") && target.arch().startsWith("riscv");
  }

  private void deviceState(Section section, Optional<StateNode> state) {
    if (state.isEmpty()) {
      return;
    }
    StateNode expanded = DeviceDecoders.expand(state.get());
    function(section, section.name(), expanded);
    for (StateNode subsection : expanded.subsections()) {
      function(section, section.name() + "." + subsection.desc().name(), subsection);
    }
    queues(section, expanded);
    FixedFields.find(section, expanded, (path, field, value) -> fixed(section, path, field, value));
    int slash = section.name().lastIndexOf('/');
    for (TargetFacts.Virtio virtio : target.virtio()) {
      if (slash > 0 && virtio.address().equals(section.name().substring(0, slash))) {
        for (FieldNode field : expanded.fields()) {
          if (field.desc().typeName().equals(VirtioFormat.TYPE) && !field.elements().isEmpty()) {
            features(section, new Fields(field.elements().getFirst()), virtio);
          }
        }
      }
    }
  }

  private void fixed(Section section, String path, FieldNode field, long value) {
    Long own = target.fixed().get(FixedFields.own(path));
    if (own == null || FixedFields.mayDiffer(path, own, value)) {
      return;
    }
    applied(Rule.TARGET_FIELD);
    if (own == value) {
      return;
    }
    String name = field.desc().name();
    Reason reason = Reason.TARGET_VALUE;
    Facts facts = Facts.found(own, value);
    if (FixedFields.isProcessor(path)) {
      reason = Reason.TARGET_REGISTER_UNKNOWN;
      facts = Facts.named(section.name(), section.instance());
    } else if (FixedFields.isTimers(path)) {
      reason = Reason.TARGET_TIMERS;
    } else if (path.endsWith(FixedFields.SCANOUT_BYTES)) {
      reason = Reason.TARGET_FIELD_LENGTH;
      facts = Facts.named(path, value, own);
    } else if (path.endsWith(FixedFields.PORTS)) {
      reason = Reason.TARGET_PORTS;
      facts =
          Facts.named(section.name().substring(section.name().lastIndexOf('/') + 1), value, own);
    } else if (path.endsWith(FixedFields.BLOCK_SIZE)) {
      reason = Reason.TARGET_PROPERTY;
      facts = Facts.named(name.replace('_', '-'), value, own);
    }
    add(
        here(
                reason,
                facts,
                last(),
                String.format(Locale.ROOT, "%s: has 0x%x, on the target 0x%x", path, value, own))
            .with(
                Map.of(
                    "fixed",
                    path,
                    "fields_of",
                    key(section.name(), section.instance()),
                    "cure",
                    "start the target with the device as it was configured")));
  }

  private void queues(Section section, StateNode expanded) {
    List<Long> most = target.queues().getOrDefault(section.name(), List.of());
    for (FieldNode field : expanded.fields()) {
      if (field.desc().typeName().equals(VirtioFormat.TYPE) && !field.elements().isEmpty()) {
        List<Fields> queues = new Fields(field.elements().getFirst()).structs("queue");
        for (int i = 0; i < queues.size() && !most.isEmpty(); i++) {
          long size = queues.get(i).value("size");
          long own = i < most.size() ? most.get(i) : 0;
          if (size > own) {
            add(
                here(
                    Reason.TARGET_QUEUE_SMALLER,
                    Facts.found(i, size, own),
                    last(),
                    section.name()
                        + ": queue "
                        + i
                        + " has "
                        + size
                        + " entries, on the target at most "
                        + own));
          }
        }
      }
    }
  }

  private void features(Section section, Fields state, TargetFacts.Virtio virtio) {
    applied(Rule.TARGET_FEATURE);
    long accepted =
        state
            .subsection("virtio/64bit_features")
            .map(s -> s.value("guest_features"))
            .orElse(state.value("guest_features_low") & 0xffffffffL);
    BitNames names = BitNames.of(VirtioDevice.of(section.name()).featureType()).orElseThrow();
    long offered = ~VirtioFormat.NEVER_OFFERED;
    for (String name : virtio.refused()) {
      offered &= ~names.bit(name).map(bit -> 1L << bit).orElse(0L);
    }
    if (virtio.offered().isPresent()) {
      offered = virtio.offered().getAsLong();
    }
    long missing = accepted & ~offered;
    if (missing != 0) {
      List<String> all = names.set(missing);
      add(
          here(
                  virtio.offered().isPresent()
                      ? Reason.TARGET_WITHOUT_FEATURE
                      : Reason.TARGET_FEATURE_UNTOLD,
                  Facts.found(accepted, offered),
                  last(),
                  section.name()
                      + ": the guest uses "
                      + String.join(", ", all)
                      + ", which the target does not offer")
              .with(
                  Map.of(
                      "section",
                      key(section.name(), section.instance()),
                      "features",
                      String.join(",", all),
                      "cure",
                      "start the target with these features, or stop using them in the guest")));
    }
  }

  /** Finds the bytes of a configuration space. */
  private Optional<byte[]> configuration(StateNode state) {
    for (FieldNode field : state.fields()) {
      if (field.desc().typeName().equals(PciFormat.TYPE)) {
        return Optional.of(field.raw());
      }
      if (field.desc().typeName().equals(VirtioFormat.TYPE) && field.raw().length > 4) {
        // the version's word, then as much as the capability of PCI Express says
        return field.elements().stream()
            .flatMap(e -> e.fields().stream())
            .filter(
                f -> f.elements().stream().anyMatch(e -> e.desc().name().equals(PciFormat.TYPE)))
            .findFirst()
            .map(f -> bytes(field, f.range()));
      }
      for (StateNode inner : field.elements()) {
        Optional<byte[]> found = configuration(inner);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static byte[] bytes(FieldNode outer, ByteRange range) {
    int from = (int) (range.start() - outer.range().start());
    byte[] bytes = new byte[(int) range.length()];
    System.arraycopy(outer.raw(), from, bytes, 0, bytes.length);
    return bytes;
  }

  private void function(Section section, String path, StateNode state) {
    Optional<OwnFunction> own = OwnFunction.of(target, path);
    if (own.isPresent()) {
      configuration(state).ifPresent(bytes -> function(section, state, bytes, own.get()));
    }
  }

  /** Compares what no guest can write. */
  private void function(Section section, StateNode state, byte[] sent, OwnFunction function) {
    byte[] own = function.bytes();
    applied(Rule.TARGET_PCI);
    // of spaces with and without the extended part, the first bytes are compared first
    if (Math.min(sent.length, own.length) < PciFormat.CONFIGURATION) {
      return;
    }
    byte[] fixed = function.fixed();
    byte[] written = new byte[fixed.length];
    long zeros = OptionRom.zeros(section.name(), target.blocks());
    int rom = OptionRom.base(own);
    for (int i = 0; i < Integer.BYTES && zeros != 0; i++) {
      fixed[rom + i] = (byte) (zeros >> Byte.SIZE * i);
      written[rom + i] = (byte) ~fixed[rom + i];
    }
    for (int at = 0; at < Math.min(sent.length, fixed.length); at++) {
      if (((sent[at] ^ own[at]) & fixed[at]) != 0) {
        Finding finding =
            here(
                Reason.TARGET_OTHER_FUNCTION,
                Facts.found(
                    at,
                    sent[at] & 0xff,
                    own[at] & 0xff,
                    at == PciFormat.STATUS ? fixed[at] : 0xff,
                    written[at] & 0xff),
                last(),
                String.format(
                    Locale.ROOT,
                    "%s: byte 0x%x of the configuration space is 0x%02x, on the target 0x%02x",
                    section.name(),
                    at,
                    sent[at],
                    own[at]));
        boolean ofRom = at >= rom && at < rom + Integer.BYTES;
        String key = key(section.name(), section.instance());
        add(
            ofRom
                ? finding.with(
                    Map.of(
                        "rom",
                        OptionRom.path(key, state).orElse(""),
                        "cure",
                        "give the target's card a ROM that is not longer, or upgrade --target,"
                            + " which takes the ROM's address away"))
                : finding);
        return;
      }
    }
  }
}
