package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  @ParameterizedTest
  @EnumSource
  void quotedMessageIsTheOneThatTheReleasePrints(Release release) throws Exception {
    Path lab = Lab.require();
    Map<String, byte[]> images = new LinkedHashMap<>();
    images.putAll(BrokenImages.of(saved(lab, release)));
    Path out = Path.of("/tmp/reach/messages-" + release);
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, byte[]> image : images.entrySet()) {
      text.append("== ").append(image.getKey()).append('\n');
      text.append(loads(lab, release, image.getValue(), false).strip()).append('\n');
    }
    if (release.knowsMappedRam()) {
      for (Map.Entry<String, byte[]> image :
          BrokenImages.ofMapped(saved(lab, release, "mapped-ram")).entrySet()) {
        text.append("== ").append(image.getKey()).append('\n');
        text.append(loads(lab, release, image.getValue(), true).strip()).append('\n');
      }
    }
    Files.writeString(out, text);
    assertEquals("", "");
  }

  /** Returns what a release prints while it loads an image, and whether it takes it. */
  private String loads(Path lab, Release release, byte[] bytes, boolean mapped) throws Exception {
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
          ended = Files.readString(folder.resolve("qmp")).contains("\"completed\"");
        }
      }
    } catch (java.io.IOException gone) {
      process.waitFor(SECONDS, TimeUnit.SECONDS);
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }
}
