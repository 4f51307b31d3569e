package org.vmstate.analyzer.facts;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.vmstate.formats.rule.QemuRelease;

/** What QEMU's monitor answers, its devices left aside. Nothing asked here changes the target. */
final class MonitorFacts {
  private static final String MACHINE = "-machine";
  private static final QemuRelease FIRST_WITH_FEATURES = new QemuRelease(7, 2);

  /** QEMU 11.1 ends when it is asked for the features of any virtio device. */
  private static final QemuRelease FIRST_THAT_ENDS = new QemuRelease(11, 0);

  private final Qmp qmp;
  private final List<String> machines = new ArrayList<>();
  private final List<String> on = new ArrayList<>();
  private final List<String> known = new ArrayList<>();
  private QemuRelease release = new QemuRelease(0, 0);
  private String version = "";
  private String arch = "";
  private String machine = "";
  private List<String> blocking = List.of();
  private PciFunctions functions = PciFunctions.of(List.of());
  private RamBlockTable blocks = new RamBlockTable("");
  private TargetFacts.Cpu cpu = new TargetFacts.Cpu("", List.of(), List.of());

  MonitorFacts(Qmp qmp) {
    this.qmp = qmp;
  }

  /** Reports whether the features of virtio devices can be asked for. */
  boolean canBeAskedForFeatures() {
    return release.compareTo(FIRST_WITH_FEATURES) >= 0 && release.compareTo(FIRST_THAT_ENDS) < 0;
  }

  /** Reports whether it says which devices keep it from loading. */
  boolean saysWhatBlocks() {
    return release.compareTo(Blocking.FIRST_THAT_SAYS) >= 0;
  }

  void ask() throws IOException {
    Map<?, ?> number = Answers.object(qmp.call("query-version", Map.of()), "qemu");
    release =
        new QemuRelease(
            (int) Answers.number(number, "major"), (int) Answers.number(number, "minor"));
    version = release + "." + Answers.number(number, "micro");
    arch = Answers.text(qmp.call("query-target", Map.of()), "arch");
    for (Map<?, ?> m : Answers.objects(qmp.call("query-machines", Map.of()))) {
      machines.add(Answers.text(m, "name"));
      if (!Answers.text(m, "alias").isEmpty()) {
        machines.add(Answers.text(m, "alias"));
      }
    }
    machine = property("/machine", "type");
    if (machine.endsWith(MACHINE)) {
      machine = machine.substring(0, machine.length() - MACHINE.length());
    }
    for (Map<?, ?> m : Answers.objects(qmp.call("query-migrate-capabilities", Map.of()))) {
      known.add(Answers.text(m, "capability"));
      if (Answers.isTrue(m, "state")) {
        on.add(Answers.text(m, "capability"));
      }
    }
    blocks =
        new RamBlockTable(
            qmp.ask("human-monitor-command", Map.of("command-line", "info ramblock"))
                .map(String::valueOf)
                .orElse(""));
    processor();
    blocking = Blocking.ofReasons(qmp.ask("query-migrate", Map.of()).orElse(Map.of()));
    functions = PciFunctions.of(qmp.ask("query-pci", Map.of()).orElse(List.of()));
  }

  private String property(String path, String name) throws IOException {
    return qmp.ask("qom-get", Map.of("path", path, "property", name))
        .map(String::valueOf)
        .orElse("");
  }

  private void processor() throws IOException {
    List<Map<?, ?>> all = Answers.objects(qmp.ask("query-cpus-fast", Map.of()).orElse(List.of()));
    String path = all.isEmpty() ? "" : Answers.text(all.getFirst(), "qom-path");
    if (path.isEmpty()) {
      return;
    }
    Optional<Object> missing =
        qmp.ask("qom-get", Map.of("path", path, "property", "unavailable-features"));
    TreeSet<String> offered = new TreeSet<>();
    Optional<Object> most =
        qmp.ask(
            "query-cpu-model-expansion", Map.of("type", "full", "model", Map.of("name", "max")));
    Map<?, ?> properties = Answers.object(Answers.object(most.orElse(""), "model"), "props");
    for (Object name : properties.keySet()) {
      if (Answers.isTrue(properties, String.valueOf(name))) {
        offered.add(String.valueOf(name).toLowerCase(Locale.ROOT));
      }
    }
    cpu =
        new TargetFacts.Cpu(
            property(path, "type"),
            List.copyOf(offered),
            Answers.strings(missing.orElse(List.of())));
  }

  /** Takes what QEMU said when it was to save its state, and did not. */
  void refused(String words) {
    blocking = Blocking.ofRefusal(blocking, words);
  }

  /** Returns what was answered, with the devices. */
  TargetFacts with(DeviceWalk walk) {
    return new TargetFacts(
        version,
        arch,
        machine,
        machines,
        OptionalLong.empty(),
        blocks.used(),
        blocks.limits(),
        on,
        known,
        cpu,
        walk.devices(),
        walk.virtio(),
        List.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        blocking,
        functions.with(walk.multifunction()),
        "",
        Map.of());
  }
}
