package org.vmstate.analyzer.facts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.vmstate.analyzer.report.JsonTree;

/** Asks a target what it is. */
public final class TargetQuestions {
  private static final String DUMP = "-dump-vmstate";

  /** Options that say which machine it is to be. */
  private static final Set<String> MACHINE = Set.of("-M", "-machine");

  private static final String TYPE = "type=";

  private final Duration time;
  private final Consumer<String> notes;

  /**
   * Prepares questions.
   *
   * @param time within which all has to be answered
   * @param notes takes what could not be found out
   */
  public TargetQuestions(Duration time, Consumer<String> notes) {
    this.time = time;
    this.notes = notes;
  }

  /** Asks a QEMU that runs, which is left as it is. */
  public TargetFacts ofRunning(Path socket) throws IOException {
    try (Qmp qmp = Qmp.connect(socket, Deadline.in(time, socket.toString()))) {
      MonitorFacts facts = new MonitorFacts(qmp);
      facts.ask();
      if (!facts.saysWhatBlocks()) {
        notes.accept(
            "QEMU before "
                + Blocking.FIRST_THAT_SAYS
                + " does not say whether it has a device that keeps it from loading");
      }
      DeviceWalk walk = new DeviceWalk(qmp);
      walk.walk();
      walk.features(false);
      return facts.with(walk);
    }
  }

  /**
   * Starts a QEMU with a guest's command line, asks it, has it save its own state, which is that of
   * a machine that was just switched on, and ends it.
   */
  public TargetFacts ofCommand(String binary, List<String> arguments) throws IOException {
    Path folder = TargetProcess.folder();
    try {
      Deadline deadline = Deadline.in(time, binary);
      Map<?, ?> dump = dump(folder, binary, arguments, deadline);
      try (TargetProcess process = TargetProcess.start(folder, binary, arguments);
          Qmp qmp = process.monitor(deadline);
          OwnState own = new OwnState(folder.resolve("stream"), deadline)) {
        MonitorFacts monitor = new MonitorFacts(qmp);
        monitor.ask();
        DeviceWalk walk = new DeviceWalk(qmp);
        walk.walk();
        boolean saved = save(process, monitor, qmp, own, folder);
        // what may end the target comes last
        walk.features(monitor.canBeAskedForFeatures());
        TargetFacts facts = monitor.with(walk);
        return saved ? with(facts, own, dump) : facts;
      }
    } finally {
      TargetProcess.delete(folder);
    }
  }

  private static boolean isUnused(String text) {
    return text.isBlank() || text.indexOf('\0') >= 0;
  }

  /** Returns the descriptions that the binary knows. */
  private Map<?, ?> dump(Path folder, String binary, List<String> arguments, Deadline deadline)
      throws IOException {
    if (isUnused(binary)) {
      throw new TargetException("--exec: expected a program");
    }
    Path file = folder.resolve("types");
    List<String> command = new ArrayList<>(List.of(binary));
    // where the program is a wrapper, the words in front of the options are its own
    arguments.stream().takeWhile(a -> !a.startsWith("-")).forEach(command::add);
    for (int i = 0; i + 1 < arguments.size(); i++) {
      String option = arguments.get(i).replaceFirst("^--", "-");
      String value = arguments.get(i + 1);
      if (option.equals("-L")) {
        command.addAll(List.of(option, value));
      } else if (MACHINE.contains(option)) {
        // other properties name objects of other options, as memory-backend=pc.ram does
        type(value).ifPresent(type -> command.addAll(List.of("-machine", type)));
      }
    }
    command.addAll(List.of(DUMP, file.toString()));
    try (TargetProcess process = TargetProcess.run(folder, command)) {
      process.await(deadline);
      if (!Files.isRegularFile(file) || Files.size(file) == 0) {
        throw process.gone(DUMP + " wrote nothing");
      }
      return JsonTree.object(file);
    }
  }

  private static Optional<String> type(String value) {
    String first = value.split(",", 2)[0];
    if (!first.contains("=")) {
      return Optional.of(first);
    }
    return Arrays.stream(value.split(","))
        .filter(p -> p.startsWith(TYPE))
        .map(p -> p.substring(TYPE.length()))
        .findFirst();
  }

  private boolean save(
      TargetProcess process, MonitorFacts monitor, Qmp qmp, OwnState own, Path folder)
      throws IOException {
    String address = "unix:" + folder.resolve("stream");
    try {
      qmp.call("migrate", Map.of("uri", address));
      own.read(folder.resolve("state"));
      return true;
    } catch (TargetException e) {
      // what a state that ends early looks like says nothing of why
      if (process.endsSoon()) {
        throw process.died("while it saved its own state");
      }
      monitor.refused(e.getMessage());
      notes.accept(
          "the target does not save its own state, so that its sections are not known: "
              + e.getMessage());
      return false;
    }
  }

  private static TargetFacts with(TargetFacts facts, OwnState own, Map<?, ?> dump) {
    Map<Object, Object> types = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : dump.entrySet()) {
      String name = Answers.text(Answers.object(entry.getValue(), "Description"), "name");
      if (own.types().contains(name)) {
        types.put(entry.getKey(), entry.getValue());
      }
    }
    return new TargetFacts(
        facts.qemu(),
        facts.arch(),
        facts.machine(),
        facts.machines(),
        own.pageSize() > 0 ? OptionalLong.of(own.pageSize()) : facts.pageSize(),
        own.blocks().isEmpty() ? facts.blocks() : own.blocks(),
        facts.limits(),
        facts.capabilities(),
        facts.known(),
        facts.cpu(),
        facts.devices(),
        facts.virtio(),
        own.sections(),
        own.pci(),
        own.queues(),
        own.fixed(),
        own.registers(),
        facts.blocking(),
        facts.functions(),
        own.description(),
        types);
  }
}
