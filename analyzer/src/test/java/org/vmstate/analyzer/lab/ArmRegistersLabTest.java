package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.facts.TargetJson;
import org.vmstate.analyzer.facts.TargetQuestions;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.formats.rule.QemuRelease;

/** The state of a processor with more registers than that of the QEMU that is to load it. */
class ArmRegistersLabTest {
  private static final String ARCH = "aarch64";

  @TempDir Path folder;

  private static List<String> machine(String cpu) {
    return new ArrayList<>(List.of("-M", "virt", "-m", "32", "-S", "-nodefaults", "-cpu", cpu));
  }

  @Test
  void registersThatTheTargetLacksAreForetoldAndTakenAway() throws Exception {
    Lab.require();
    Path image = folder.resolve("image");
    try (Qemu qemu = Qemu.start(folder, ARCH, machine("max").toArray(String[]::new))) {
      qemu.save("file:" + image);
    }
    for (String cpu : List.of("max,sve=off,sme=off", "cortex-a57")) {
      Target target = target(cpu);
      QemuRelease release = target.release().orElseThrow();
      List<Finding> errors = Checks.errors(Checks.check(image, target, release));
      assertThrows(IOException.class, () -> load(cpu, image));
      String said = Qemu.said(folder);
      assertTrue(
          errors.stream().anyMatch(e -> said.contains(e.loader(release))), errors + " " + said);
      load(cpu, Changed.upgraded(image, target, folder.resolve("upgraded")));
    }
  }

  private Target target(String cpu) throws IOException {
    Path json = folder.resolve("target.json");
    try (OutputStream out = Files.newOutputStream(json);
        JsonReport report = new JsonReport(out, true)) {
      TargetQuestions questions = new TargetQuestions(Duration.ofSeconds(120), note -> {});
      TargetJson.write(questions.ofCommand("qemu-system-" + ARCH, machine(cpu)), report);
    }
    return Target.read(json, null);
  }

  private void load(String cpu, Path image) throws Exception {
    List<String> arguments = machine(cpu);
    arguments.addAll(List.of("-incoming", "defer"));
    try (Qemu qemu = Qemu.start(folder, ARCH, arguments)) {
      qemu.load("file:" + image);
      qemu.call("cont");
      assertTrue(qemu.call("query-status").get("running").asBoolean());
    }
  }
}
