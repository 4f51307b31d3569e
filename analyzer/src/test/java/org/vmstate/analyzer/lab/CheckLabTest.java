package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Rule;

/** What {@code check} says, against what QEMU does. */
class CheckLabTest {
  private static final QemuRelease V10 = new QemuRelease(10, 0);

  @TempDir Path folder;

  private static final List<String> SMALL = List.of("-m", "16", "-nodefaults", "-S");

  private Path saved(Qemu qemu, String... capabilities) throws Exception {
    try (qemu) {
      Path image = Files.createTempFile(folder, "image", "");
      if (capabilities.length == 0) {
        // QEMU 7.2 has no other
        qemu.save("exec:cat > " + image);
        return image;
      }
      qemu.enable(capabilities);
      qemu.save("file:" + image);
      return image;
    }
  }

  private Qemu qemu(String machine, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-M", machine, "-accel", "tcg"));
    arguments.addAll(SMALL);
    arguments.addAll(List.of(more));
    return Qemu.start(folder, "x86_64", arguments);
  }

  private Target dumped(String program, String machine, String... more) throws Exception {
    Path dump = Files.createTempFile(folder, "dump", ".json");
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(more));
    command.addAll(List.of("-M", machine, "-dump-vmstate", dump.toString()));
    assertEquals(0, Lab.run(folder.resolve("err"), command.toArray(String[]::new)).exitCode());
    return Target.read(dump, null);
  }

  private Target dumped72(Path lab, String machine) throws Exception {
    return Release.V7_2.target(lab, folder, machine);
  }

  /** Returns what QEMU says when it does not load an image, else nothing. */
  private static String refusal(Qemu qemu, Path image) throws Exception {
    try (qemu) {
      qemu.load("exec:cat " + image);
      return "";
    } catch (IOException e) {
      return "refused: " + e.getMessage();
    }
  }

  /** Returns what a QEMU prints that cannot load an image. */
  private String refused(Path image, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("qemu-system-x86_64", "-accel", "tcg"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-display", "none", "-S", "-incoming", "exec:cat " + image));
    Path errors = Files.createTempFile(folder, "qemu", ".err");
    assertEquals(1, Lab.run(errors, command.toArray(String[]::new)).exitCode());
    return Files.readString(errors);
  }

  @Test
  void memoryLostByBackgroundSnapshotIsAnError() throws Exception {
    Lab.require();
    List<String> arguments = List.of("-M", "q35", "-m", "16", "-nodefaults", "-accel", "tcg");
    Path image = folder.resolve("image");
    try (Qemu qemu = Qemu.start(folder, "x86_64", arguments)) {
      qemu.enable("background-snapshot", "mapped-ram");
      qemu.save("file:" + image);
    }
    List<Finding> errors = Checks.errors(Checks.check(image, null));
    assertEquals(List.of(Rule.MEMORY_LOST), errors.stream().map(Finding::rule).toList());
  }

  /** The firmware has read a sector, so that the disk's queue has an address and an index. */
  @ParameterizedTest
  @ValueSource(strings = {"pc", "q35"})
  void queueThatDoesNotFitTheMemoryIsFound(String machine) throws Exception {
    Lab.require();
    byte[] sector = new byte[1 << 20];
    sector[0] = (byte) 0xeb;
    sector[1] = (byte) 0xfe;
    sector[510] = 0x55;
    sector[511] = (byte) 0xaa;
    Path disk = Files.write(folder.resolve("disk"), sector);
    List<String> arguments = List.of("-M", machine, "-m", "32", "-nodefaults", "-accel", "tcg");
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("-drive", "if=virtio,format=raw,file=" + disk));
    Path image = folder.resolve("image");
    CheckResult good;
    do {
      try (Qemu qemu = Qemu.start(folder, "x86_64", all)) {
        Thread.sleep(2000);
        qemu.call("stop");
        qemu.save("file:" + image);
      }
      good = Checks.check(image, null);
    } while (!good.findings().passed().contains(Rule.VIRTQUEUE));
    assertEquals(List.of(), good.findings().list());

    byte[] bytes = Files.readAllBytes(image);
    bytes[queue(bytes) + 12] ^= 0x40;
    Files.write(image, bytes);
    List<Finding> found = Checks.check(image, null).findings().list();
    assertEquals(List.of(Rule.VIRTQUEUE), found.stream().map(Finding::rule).toList());
    all.addAll(List.of("-S", "-display", "none", "-incoming", "exec:cat " + image));
    List<String> command = new ArrayList<>(List.of("timeout", "5", "qemu-system-x86_64"));
    command.addAll(all);
    Path errors = folder.resolve("qemu.err");
    Lab.run(errors, command.toArray(String[]::new));
    String said = Files.readString(errors);
    assertTrue(said.contains(found.getFirst().loader(V10)), said + found);
  }

  /** Returns where a queue of 256 entries stands: be32 size, be64 address, be16 index. */
  private static int queue(byte[] image) {
    ByteBuffer bytes = ByteBuffer.wrap(image);
    for (int at = image.length - 64; at > 0; at--) {
      long address = bytes.getLong(at + 4);
      boolean size = bytes.getInt(at) == 256 || bytes.getInt(at) == 128;
      if (size && address > 0 && address < 32 << 20 && address % 4096 == 0) {
        return at;
      }
    }
    throw new AssertionError("no queue");
  }

  @ParameterizedTest
  @CsvSource({
    "pc-i440fx-10.0, pc-i440fx-10.0, true",
    "pc-i440fx-10.0, pc-i440fx-9.2, false",
    "pc-q35-9.2, pc-i440fx-9.2, false",
    "pc-q35-8.0, pc-q35-8.0, true"
  })
  void machineTypesOfOneQemuAreToldApart(String from, String to, boolean works) throws Exception {
    Lab.require();
    Path image = saved(qemu(from));
    boolean predicted =
        Checks.errors(Checks.check(image, dumped("qemu-system-x86_64", to))).isEmpty();
    String refusal = refusal(qemu(to, "-incoming", "defer"), image);
    assertEquals(works, refusal.isEmpty(), from + " to " + to + ": " + refusal);
    assertEquals(works, predicted, from + " to " + to);
  }

  /** A stream of the old QEMU goes to the new one, but not every one of the new to the old one. */
  @ParameterizedTest
  @CsvSource({"pc-i440fx-7.2, true", "pc-i440fx-10.0, false"})
  void versionsOfQemuAreToldApart(String machine, boolean works) throws Exception {
    Path lab = Lab.require();
    Path image = saved(qemu(machine, "-device", "virtio-rng-pci"));
    String target = "pc-i440fx-7.2";
    List<String> arguments = new ArrayList<>(List.of("-M", target, "-accel", "tcg"));
    arguments.addAll(SMALL);
    arguments.addAll(List.of("-device", "virtio-rng-pci", "-incoming", "defer"));
    Qemu old = Release.V7_2.start(lab, folder, arguments);
    String refusal = refusal(old, image);
    assertEquals(works, refusal.isEmpty(), refusal);
    CheckResult result = Checks.check(image, dumped72(lab, target));
    assertEquals(works, Checks.errors(result).isEmpty(), result.findings().list().toString());

    Path back = saved(Release.V7_2.start(lab, folder, without(arguments)));
    CheckResult there = Checks.check(back, dumped("qemu-system-x86_64", target));
    assertEquals(List.of(), Checks.errors(there));
  }

  private static String[] without(List<String> arguments) {
    return arguments.subList(0, arguments.size() - 2).toArray(String[]::new);
  }

  @Test
  void configurationOfTheTargetIsCompared() throws Exception {
    Lab.require();
    Path image = saved(qemu("q35"), "mapped-ram");
    Path json = folder.resolve("target.json");
    Files.writeString(
        json,
        "{\"page_size\": 4096, \"ram_blocks\": {\"pc.ram\": 33554432}, \"capabilities\": []}");
    List<Finding> errors = Checks.errors(Checks.check(image, Target.read(null, json)));
    List<String> quoted = errors.stream().map(f -> f.loader(V10)).toList();
    String message = "Capability mapped-ram is off, but received capability is on";
    assertTrue(quoted.contains(message), quoted.toString());
    String text = errors.toString();
    assertTrue(text.contains("pc.ram: the stream has 16777216 bytes"), text);
    String said = refused(image, "-M", "q35", "-m", "32", "-nodefaults");
    assertTrue(said.contains(message), said);
  }

  private static int find(byte[] image, byte... wanted) {
    for (int at = 0; at + wanted.length <= image.length; at++) {
      if (Arrays.equals(image, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError("not in the image");
  }

  /** Returns the name of a section as it stands in a header, with the length in front. */
  private static byte[] name(String section) {
    return (((char) section.length()) + section).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Breaks an image in one way. */
  private static byte[] broken(byte[] good, String how) {
    byte[] image = good.clone();
    int timer = find(image, name("timer"));
    int ram = find(image, name("ram"));
    // the words' end, then the footer of the ram section's START
    byte[] end = {0x10, 0x7e, image[ram - 4], image[ram - 3], image[ram - 2], image[ram - 1]};
    int footer = find(image, end) + 1;
    switch (how) {
      case "footer" -> image[footer] = 0x7f;
      case "footer id" -> image[footer + 4] ^= 0x40;
      case "section" -> image[timer + 1] = 'T';
      case "record" -> image[timer - 5] = 0x30;
      case "version" -> image[timer + 13] = 9;
      case "magic" -> image[0] = 'q';
      case "machine" -> image[find(image, (byte) 'p', (byte) 'c', (byte) '-', (byte) 'q')] = 'x';
      case "cut" -> image = Arrays.copyOf(image, timer + 8);
      default -> throw new AssertionError(how);
    }
    return image;
  }

  /** Where QEMU refuses, check says so first, in QEMU's words. */
  @ParameterizedTest
  @ValueSource(
      strings = {"footer", "footer id", "section", "record", "version", "magic", "machine", "cut"})
  void messageIsTheOneThatQemuPrints(String how) throws Exception {
    Lab.require();
    Path image = saved(qemu("q35"));
    assertEquals(List.of(), Checks.errors(Checks.check(image, null)));
    Files.write(image, broken(Files.readAllBytes(image), how));
    Target target = dumped("qemu-system-x86_64", "q35", "-m", "16", "-nodefaults");
    Finding first = Checks.errors(Checks.check(image, target, V10)).getFirst();
    String said = refused(image, "-M", "q35", "-m", "16", "-nodefaults");
    assertFalse(first.loader(V10).isEmpty(), first + " " + said);
    assertTrue(said.contains(first.loader(V10)), first.loader(V10) + " <> " + said);
  }

  @Test
  void pageSizeOfTheTargetIsCompared() throws Exception {
    Lab.require();
    Path image = folder.resolve("virt");
    List<String> virt = List.of("-M", "virt", "-cpu", "max", "-m", "16", "-nodefaults", "-S");
    List<String> arguments = new ArrayList<>(virt);
    arguments.addAll(List.of("-accel", "tcg"));
    try (Qemu qemu = Qemu.start(folder, "aarch64", arguments)) {
      qemu.save("exec:cat > " + image);
    }
    byte[] bytes = Files.readAllBytes(image);
    byte[] subsection = name("configuration/target-page-bits");
    bytes[find(bytes, subsection) + subsection.length + 7] = 13;
    Files.write(image, bytes);
    Path json = Files.writeString(folder.resolve("target.json"), "{\"page_size\": 4096}");
    List<Finding> errors = Checks.errors(Checks.check(image, Target.read(null, json)));
    List<String> command = new ArrayList<>(List.of("qemu-system-aarch64", "-accel", "tcg"));
    command.addAll(virt);
    command.addAll(List.of("-display", "none", "-incoming", "exec:cat " + image));
    Path log = folder.resolve("qemu.err");
    assertEquals(1, Lab.run(log, command.toArray(String[]::new)).exitCode());
    String said = Files.readString(log);
    assertTrue(
        errors.stream().anyMatch(f -> !f.loader(V10).isEmpty() && said.contains(f.loader(V10))),
        errors + " " + said);
  }
}
