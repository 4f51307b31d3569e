package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.formats.rule.QemuRelease;

/** What each release prints when it refuses an image, against what {@code check --qemu} quotes. */
class LoaderMessagesLabTest {
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

  /** Refused as every file that is cut, though releases take it. */
  private static final String CUT = "cut in the description";

  /** Memory is taken for other records, and what is said of that depends on it. */
  private static final String BY_CHANCE = "total too small";

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
    Path broken = Files.write(folder.resolve("broken"), image.getValue());
    Loading load = Loading.of(lab, folder, release, List.of(machine(release)), broken, mapped);
    QemuRelease loader = QemuRelease.of(release.toString()).orElseThrow();
    List<Finding> errors = Checks.errors(Checks.check(broken, target, loader));
    List<String> quoted =
        errors.stream().map(f -> f.loader(loader)).filter(l -> !l.isEmpty()).distinct().toList();
    boolean same =
        load.done()
            ? errors.isEmpty() != image.getKey().equals(CUT)
            : quoted.stream().anyMatch(load.said()::contains)
                || image.getKey().equals(BY_CHANCE) && !errors.isEmpty();
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
}
