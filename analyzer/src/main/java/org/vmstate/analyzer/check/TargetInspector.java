package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.MachineRelease;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;

/** Says whether a target accepts the configuration and the commands of an image. */
final class TargetInspector extends TargetRules {
  private static final String DIRTY_LIMIT = "dirty-limit";

  private static final Set<String> VALIDATED =
      Set.of(Capability.IGNORE_SHARED, Capability.MAPPED_RAM);
  private static final Set<String> NO_LONGER_EXCLUDED =
      Set.of(Capability.MAPPED_RAM, Capability.MULTIFD);

  private boolean compressedSaid;

  TargetInspector(Findings findings, Target target) {
    super(findings, target);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.Command e when target().capabilities() != null ->
          command(CommandType.of(e.code()), e.payload().length);
      case Event.Configuration e -> configuration(e.configuration());
      case Event.RamPages e when e.run().kind() == PageKind.ZLIB -> compressed();
      default -> {}
    }
  }

  /** Later releases do not have the capability; they refuse the page whatever is set. */
  private void compressed() {
    boolean known = target().capabilities() != null && !release().isFrom(9, 1);
    if (known && !compressedSaid && !target().capabilities().contains(Capability.COMPRESS)) {
      compressedSaid = true;
      add(
          here(
              Reason.COMPRESSED_PAGE_SENT,
              Facts.found(RamFormat.COMPRESS_PAGE),
              last(),
              "RAM word: COMPRESS_PAGE, the target has compress off"));
    }
  }

  private void command(CommandType type, int length) {
    if (type == CommandType.ENABLE_COLO && !target().capabilities().contains(Capability.COLO)) {
      add(
          here(
              Reason.TARGET_WITHOUT_COLO,
              Facts.NONE,
              last(),
              "command enable-colo: the target has x-colo off"));
    } else if (type == CommandType.POSTCOPY_ADVISE) {
      boolean set = target().capabilities().contains(Capability.POSTCOPY_RAM);
      if (set != length > 0) {
        add(
            here(
                Reason.TARGET_POSTCOPY,
                Facts.named(set ? "enabled" : "disabled", length),
                last(),
                "command postcopy-advise: has "
                    + length
                    + " bytes, the target postcopy-ram "
                    + on(set)));
      }
    }
  }

  /** What its command line cures is nothing to change in the image. */
  private Map<String, Object> offered(String machine) {
    return target().facts().filter(f -> f.machines().contains(machine)).isPresent()
        ? Map.of("cure", "start the target with -M " + machine)
        : Map.of();
  }

  private void configuration(StreamConfiguration found) {
    boolean needed =
        MachineRelease.of(target().machine()).filter(MachineRelease::hasFooters).isPresent();
    if (needed && !found.present() && found.version() == StreamFormat.VERSION) {
      add(
          here(
              Reason.TARGET_NEEDS_CONFIGURATION,
              Facts.NONE,
              last(),
              "configuration: the stream has none, " + target().machine() + " needs one"));
    }
    if (!target().machine().isEmpty() && found.present()) {
      applied(Rule.TARGET_MACHINE);
      // QEMU compares as many characters as it received
      if (!target().machine().startsWith(found.machine())) {
        add(
            here(
                    Reason.TARGET_OF_ANOTHER_MACHINE,
                    Facts.names(found.machine(), target().machine()),
                    last(),
                    "machine type: the stream has "
                        + found.machine()
                        + ", the target "
                        + target().machine())
                .with(offered(found.machine())));
      }
    }
    if (target().capabilities() != null) {
      applied(Rule.TARGET_RAM);
      if (target().capabilities().containsAll(NO_LONGER_EXCLUDED)) {
        add(
            here(
                    Rule.TARGET_RAM,
                    last(),
                    "mapped-ram with multifd: excluded by the proposal of 2022, accepted since"
                        + " QEMU 9.0")
                .as(Severity.INFO));
      }
      // a target that was asked has it set
      if (target().capabilities().contains(DIRTY_LIMIT) && target().release().isEmpty()) {
        add(
            here(
                    Rule.TARGET_RAM,
                    last(),
                    "dirty-limit: can be set only where KVM runs with dirty-ring-size, not with"
                        + " TCG")
                .as(Severity.INFO));
      }
      for (String name : VALIDATED.stream().sorted().toList()) {
        boolean sent = found.has(name);
        boolean set = target().capabilities().contains(name);
        if (sent != set) {
          add(
              here(
                  name.equals(Capability.MAPPED_RAM)
                      ? Reason.TARGET_MAPPED_RAM
                      : Reason.TARGET_CAPABILITY,
                  Facts.names(name, on(set), on(sent)),
                  last(),
                  "capability "
                      + name
                      + ": the stream has it "
                      + on(sent)
                      + ", the target "
                      + on(set)));
        }
      }
    }
  }

  private static String on(boolean value) {
    return value ? "on" : "off";
  }
}
