package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.formats.rule.QemuRelease;

/** What each release prints when it refuses an image, against what {@code check --qemu} quotes. */
class LoaderMessagesLabTest {
  private static final int SECONDS = 8;

  @TempDir Path folder;

  private String[] machine(Release release) throws Exception {
    Path bios = folder.resolve("bios");
    Files.write(bios, new byte[64 << 10]);
    return new String[] {
      "-M",
      release.q35(),
      "-m",
      "16",
      "-nodefaults",
      "-accel",
      "tcg",
      "-S",
      "-bios",
      bios.toString(),
      "-device",
      // 5.2 has no such property, and no vectors
      release == Release.V5_2 ? "virtio-rng-pci,addr=5" : "virtio-rng-pci,vectors=0,addr=5"
    };
  }

  private byte[] saved(Path lab, Release release, String... capabilities) throws Exception {
    Path image = folder.resolve("good");
    try (Qemu qemu = release.start(lab, folder, machine(release))) {
      if (capabilities.length > 0) {
        qemu.enable(capabilities);
      }
      qemu.save(release.to(image));
    }
    return Files.readAllBytes(image);
  }

  /** What a release made of an image. */
  private record Load(boolean done, String said) {}

  @ParameterizedTest
  @EnumSource
  void quotedMessageIsTheOneThatTheReleasePrints(Release release) throws Exception {
    Path lab = Lab.require();
    byte[] good = saved(lab, release);
    Target target = target(lab, release, "");
    List<String> wrong = new ArrayList<>();
    int told = 0;
    for (Map.Entry<String, byte[]> image : BrokenImages.of(good).entrySet()) {
      told += compare(lab, release, target, image, false, wrong);
    }
    if (release.knowsMappedRam()) {
      byte[] mapped = saved(lab, release, "mapped-ram");
      Target ready = target(lab, release, "\"mapped-ram\"");
      for (Map.Entry<String, byte[]> image : BrokenImages.ofMapped(mapped).entrySet()) {
        told += compare(lab, release, ready, image, true, wrong);
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(told >= 40, release + ": " + told);
  }

  /** Returns 1 when check and the release say the same of an image. */
  private int compare(
      Path lab,
      Release release,
      Target target,
      Map.Entry<String, byte[]> image,
      boolean mapped,
      List<String> wrong)
      throws Exception {
    Load load = loads(lab, release, image.getValue(), mapped);
    QemuRelease loader = QemuRelease.of(release.toString()).orElseThrow();
    List<Finding> errors = Checks.errors(Checks.check(folder.resolve("broken"), target, loader));
    List<String> quoted =
        errors.stream().map(f -> f.loader(loader)).filter(l -> !l.isEmpty()).distinct().toList();
    boolean same = load.done() ? errors.isEmpty() : quoted.stream().anyMatch(load.said()::contains);
    if (!same) {
      wrong.add("%s: quoted %s, %s, found %s".formatted(image.getKey(), quoted, load, errors));
    }
    return same ? 1 : 0;
  }

  private Target target(Path lab, Release release, String capabilities) throws Exception {
    Path facts = folder.resolve("target.json");
    if (!Files.exists(facts)) {
      release.facts(lab, folder, List.of(machine(release)), facts);
    }
    Path more = folder.resolve("more.json");
    Files.writeString(more, "{\"capabilities\": [%s]}".formatted(capabilities));
    return Target.read(facts, more);
  }

  /** Returns what a release prints while it loads an image, and whether it takes it. */
  private Load loads(Path lab, Release release, byte[] bytes, boolean mapped) throws Exception {
    Path image = Files.write(folder.resolve("broken"), bytes);
    List<String> arguments = new ArrayList<>(List.of(machine(release)));
    arguments.addAll(List.of("-display", "none", "-incoming"));
    arguments.add(mapped ? "file:" + image : "exec:cat " + image);
    if (mapped) {
      arguments.addAll(List.of("-global", "migration.mapped-ram=on"));
    }
    arguments.addAll(List.of("-qmp", "stdio"));
    Path output = folder.resolve("said");
    ProcessBuilder builder =
        new ProcessBuilder(release.command(lab, arguments.toArray(String[]::new)))
            .redirectError(output.toFile())
            .redirectOutput(folder.resolve("qmp").toFile());
    builder.environment().putAll(release.environment(lab));
    Process process = builder.start();
    boolean done = false;
    try {
      process
          .getOutputStream()
          .write("{\"execute\": \"qmp_capabilities\"}\n".getBytes(StandardCharsets.US_ASCII));
      boolean ended = false;
      for (int i = 0; i < SECONDS * 50 && !ended; i++) {
        ended = process.waitFor(20, TimeUnit.MILLISECONDS);
        if (!ended) {
          process
              .getOutputStream()
              .write("{\"execute\": \"query-migrate\"}\n".getBytes(StandardCharsets.US_ASCII));
          process.getOutputStream().flush();
          done = Files.readString(folder.resolve("qmp")).contains("\"completed\"");
          ended = done;
        }
      }
    } catch (IOException gone) {
      process.waitFor(SECONDS, TimeUnit.SECONDS);
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
    return new Load(done, Files.readString(output, StandardCharsets.ISO_8859_1));
  }
}
