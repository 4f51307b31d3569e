package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.analyzer.compare.Comparison;
import org.vmstate.analyzer.compare.Difference;
import org.vmstate.analyzer.extract.Extractor;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** One guest of each release: read, taken apart, converted, and run on by that release. */
class ReleasesLabTest {
  @TempDir Path folder;

  private Path log() {
    return folder.resolve("serial.log");
  }

  private Qemu start(Path lab, Release release, String... more) throws Exception {
    List<String> arguments = LinuxGuest.on(release.q35(), 96, lab, 8, log());
    arguments.addAll(List.of("-smp", "2", "-device", "virtio-rng-pci"));
    arguments.addAll(List.of(more));
    return release.start(lab, folder, arguments);
  }

  /**
   * Starts a guest and waits until it ticks; with old releases one hangs now and then as it boots.
   */
  private Qemu booted(Path lab, Release release) throws Exception {
    for (int attempt = 1; ; attempt++) {
      Qemu qemu = start(lab, release);
      try {
        Lab.await(log(), "TICK 2 OK", 60);
        return qemu;
      } catch (IOException e) {
        qemu.close();
        Files.deleteIfExists(log());
        if (attempt == 3) {
          throw e;
        }
      }
    }
  }

  private void goesOn(Path lab, Release release, Path image, String... capabilities)
      throws Exception {
    Files.deleteIfExists(log());
    try (Qemu qemu = start(lab, release, "-incoming", "defer")) {
      qemu.enable(capabilities);
      qemu.load((release.knowsMappedRam() ? "file:" : "exec:cat ") + image);
      qemu.call("cont");
      Lab.await(log(), " OK");
    }
  }

  @ParameterizedTest
  @EnumSource
  void guestIsReadConvertedAndGoesOn(Release release) throws Exception {
    Path lab = Lab.require();
    Path image = folder.resolve("image");
    Path dump = folder.resolve("dump");
    try (Qemu qemu = booted(lab, release)) {
      qemu.call("stop");
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 10000000000}");
      qemu.save(release.to(image));
      qemu.call(
          "dump-guest-memory", "{\"paging\": false, \"protocol\": \"file:%s\"}".formatted(dump));
    }
    Reads.covered(image);
    assertTrue(Reads.equalsScript(lab, image), "the script failed");
    equalCores(dump, image);
    sameByTable(image);

    Path mapped = folder.resolve("mapped");
    Conversions.convert(image, mapped, FormatId.QEMU_MAPPED_RAM);
    Checks.sound(mapped);
    assertEquals(Reads.hashes(image), Reads.hashes(mapped));
    if (release.knowsMappedRam()) {
      goesOn(lab, release, mapped, "mapped-ram");
    }
    Path back = folder.resolve("back");
    Conversions.convert(mapped, back, FormatId.QEMU);
    assertEquals(List.of(), differences(image, back));
    goesOn(lab, release, back);
  }

  /** A guest's devices are the same fields whether a description or a table says what they are. */
  private void sameByTable(Path image) throws IOException {
    byte[] stream = Files.readAllBytes(image);
    String latin = new String(stream, StandardCharsets.ISO_8859_1);
    // the end mark stands before the description's type and length
    int end = latin.lastIndexOf("\0\6", latin.lastIndexOf("page_size")) + 1;
    Path stripped = folder.resolve("stripped");
    Files.write(stripped, Arrays.copyOf(stream, end));
    Map<String, JsonNode> described = states(image);
    assertTrue(described.size() > 20, described.keySet().toString());
    Map<String, JsonNode> byTable = states(stripped);
    described.forEach((name, state) -> assertEquals(state, byTable.get(name), name));
  }

  private static Map<String, JsonNode> states(Path image) throws IOException {
    Map<String, JsonNode> result = new TreeMap<>();
    for (JsonNode section : Reads.dump(image, false).path("sections")) {
      if (section.path("state").isObject()) {
        result.put(section.path("name") + "#" + section.path("instance_id"), section.path("state"));
      }
    }
    return result;
  }

  private static List<Difference> differences(Path first, Path second) throws IOException {
    try (Comparison comparison = new Comparison(false, Progress.NONE);
        ByteSource one = ImageReader.open(first);
        ByteSource two = ImageReader.open(second)) {
      comparison.readFirst(one, ParseOptions.DEFAULT);
      comparison.readSecond(two, ParseOptions.DEFAULT);
      comparison.compare();
      return comparison.differences();
    }
  }

  /** QEMU has no VMCOREINFO when the guest's kernel has no driver for the device. */
  private static List<String> registers(CoreFile core) {
    return core.notes().stream().filter(n -> !n.startsWith("VMCOREINFO")).toList();
  }

  private void equalCores(Path dump, Path image) throws IOException {
    Path core = folder.resolve("core");
    try (Destination out = Destination.file(core, true, false);
        ByteSource source = ImageReader.open(image)) {
      new Extractor(ParseOptions.DEFAULT, null, 2, Progress.NONE, note -> {})
          .elf(source, image, out);
      out.commit(Outcome.WHOLE, false);
    }
    try (CoreFile theirs = CoreFile.open(dump);
        CoreFile ours = CoreFile.open(core)) {
      assertEquals(theirs.ranges(), ours.ranges());
      assertEquals(registers(theirs), registers(ours));
      assertEquals(-1, theirs.difference(ours));
    }
  }

  /** Queue pointers of an NVMe controller: each has a marker, and its index is its place. */
  @Test
  void queuesOfNvmeUnderLoadKeepTheirPlaces() throws Exception {
    Path lab = Lab.require();
    Path disk = folder.resolve("disk");
    Files.write(disk, new byte[8 << 20]);
    Path image = folder.resolve("image");
    try (Qemu qemu =
        start(
            lab,
            Release.V11_1,
            "-drive",
            "if=none,id=d,format=raw,file=" + disk,
            "-device",
            "nvme,drive=d,serial=lab,max_ioqpairs=4")) {
      Lab.await(log(), "TICK 3 OK");
      qemu.call("stop");
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 10000000000}");
      qemu.save("file:" + image);
    }
    Reads.covered(image);
    assertTrue(Reads.equalsScript(lab, image), "the script failed");
    JsonNode nvme = null;
    for (JsonNode section : Reads.dump(image, false).path("sections")) {
      if (section.path("name").asText().endsWith("/nvme")) {
        nvme = section.path("state");
      }
    }
    for (Map.Entry<String, String> queue : Map.of("sq", "sqid", "cq", "cqid").entrySet()) {
      JsonNode all = nvme.path(queue.getKey());
      assertEquals(5, all.size(), all.toString());
      int used = 0;
      for (int i = 0; i < all.size(); i++) {
        if (!all.get(i).isNull()) {
          used++;
          assertEquals(i, all.get(i).path(queue.getValue()).asInt(), all.toString());
        }
      }
      assertTrue(used >= 2, all.toString());
    }
  }

  /** A shared block is left out: its header has no places, its address stands before the header. */
  @Test
  void sharedBlockHasNoPlaceInMappedRam() throws Exception {
    Path lab = Lab.require();
    Path image = folder.resolve("image");
    String memory = "memory-backend-file,id=r,size=32M,share=on,mem-path=" + folder.resolve("ram");
    try (Qemu qemu =
        Release.V11_1.start(
            lab,
            folder,
            "-M",
            "pc-q35-11.1,memory-backend=r",
            "-m",
            "32",
            "-nodefaults",
            "-S",
            "-accel",
            "tcg",
            "-object",
            memory)) {
      qemu.enable("mapped-ram", "x-ignore-shared");
      qemu.save("file:" + image);
    }
    Reads.covered(image);
    assertEquals(
        List.of(Rule.MAPPED_SHARED),
        Checks.check(image, null).findings().list().stream().map(f -> f.rule()).toList());
    Path stream = folder.resolve("stream");
    Conversions.convert(image, stream, FormatId.QEMU);
    Checks.sound(stream);
  }
}
