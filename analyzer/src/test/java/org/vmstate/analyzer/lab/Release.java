package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.analyzer.facts.TargetJson;
import org.vmstate.analyzer.facts.TargetQuestions;
import org.vmstate.analyzer.report.JsonReport;

/** A release of QEMU in the lab, for x86-64. */
enum Release {
  V5_2("5.2"),
  V7_2("7.2"),
  V10_0("10.0"),
  V11_1("11.1");

  private final String number;

  Release(String number) {
    this.number = number;
  }

  /** Returns its q35 machine type. */
  String q35() {
    return "pc-q35-" + number;
  }

  /** Reports whether it knows mapped-ram and {@code file:} addresses. */
  boolean knowsMappedRam() {
    return compareTo(V10_0) >= 0;
  }

  /** Returns the URI that saves to a file. */
  String to(Path file) {
    return knowsMappedRam() ? "file:" + file : "exec:cat > " + file;
  }

  /** Returns the command line that starts it. */
  List<String> command(Path lab, String... arguments) {
    List<String> command = new ArrayList<>();
    switch (this) {
      case V10_0 -> command.add("qemu-system-x86_64");
      case V7_2 ->
          command.addAll(
              List.of(
                  lab.resolve("qemu-7.2/usr/bin/qemu-system-x86_64").toString(),
                  "-L",
                  "/usr/share/seabios",
                  "-L",
                  "/usr/share/qemu",
                  "-L",
                  "/usr/lib/ipxe/qemu"));
      default ->
          command.addAll(
              List.of(lab.resolve("qemu-" + number + "/run").toString(), "qemu-system-x86_64"));
    }
    command.addAll(List.of(arguments));
    return command;
  }

  /** Returns what its environment needs. */
  Map<String, String> environment(Path lab) {
    return this == V7_2
        ? Map.of(
            "QEMU_MODULE_DIR", lab.resolve("qemu-7.2/usr/lib/x86_64-linux-gnu/qemu").toString())
        : Map.of();
  }

  /** Starts it with QMP. */
  Qemu start(Path lab, Path folder, String... arguments) throws IOException, InterruptedException {
    return Qemu.start(folder, environment(lab), command(lab, arguments));
  }

  /** Starts it with QMP. */
  Qemu start(Path lab, Path folder, List<String> arguments)
      throws IOException, InterruptedException {
    return start(lab, folder, arguments.toArray(String[]::new));
  }

  /** Runs it to its end and returns its exit code and what it printed. */
  Lab.Result run(Path lab, Path errors, String... arguments)
      throws IOException, InterruptedException {
    return Lab.run(errors, environment(lab), command(lab, arguments).toArray(String[]::new));
  }

  /** Returns what it can load, by its own word. */
  Target target(Path lab, Path folder, String machine) throws Exception {
    Path dump = Files.createTempFile(folder, "dump", ".json");
    Path errors = folder.resolve("err");
    String[] arguments = {"-M", machine, "-dump-vmstate", dump.toString()};
    assertEquals(0, run(lab, errors, arguments).exitCode());
    return Target.read(dump, null);
  }

  /** Asks it what it is when it is started with arguments. */
  Target asked(Path lab, Path folder, List<String> arguments) throws IOException {
    Path json = Files.createTempFile(folder, "facts", ".json");
    facts(lab, folder, arguments, json);
    return Target.read(json, null);
  }

  /** Asks it what it is when it is started with arguments, and writes that down. */
  void facts(Path lab, Path folder, List<String> arguments, Path file) throws IOException {
    Path script = folder.resolve("qemu-" + number);
    if (!Files.exists(script)) {
      String environment =
          environment(lab).entrySet().stream()
              .map(e -> e.getKey() + "='" + e.getValue() + "' ")
              .collect(Collectors.joining());
      String command =
          command(lab).stream().map(word -> "'" + word + "' ").collect(Collectors.joining());
      Files.writeString(script, "#!/bin/sh\nexec env " + environment + command + "\"$@\"\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }
    TargetFacts facts =
        new TargetQuestions(Duration.ofSeconds(120), note -> {})
            .ofCommand(script.toString(), arguments);
    try (OutputStream out = Files.newOutputStream(file);
        JsonReport json = new JsonReport(out, true)) {
      TargetJson.write(facts, json);
    }
  }

  @Override
  public String toString() {
    return number;
  }
}
