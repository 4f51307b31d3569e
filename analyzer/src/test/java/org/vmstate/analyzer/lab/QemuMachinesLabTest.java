package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.formats.FormatId;

/** Images of guests that never started, from every machine type, saved in the two layouts. */
class QemuMachinesLabTest {
  @TempDir Path folder;

  /** A machine to save. */
  record Machine(String name, String target, String... arguments) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Machine> machines() {
    return Stream.of(
        new Machine("pc", "x86_64", "-M", "pc", "-m", "16"),
        new Machine(
            "q35",
            "x86_64",
            "-M",
            "q35",
            "-m",
            "16",
            "-device",
            "virtio-rng-pci",
            "-device",
            "qemu-xhci",
            "-device",
            "usb-kbd",
            "-netdev",
            "user,id=n",
            "-device",
            "virtio-net-pci,netdev=n"),
        many(),
        // target pages of 8 KiB that the stream does not announce
        new Machine("alpha", "alpha", "-M", "clipper", "-m", "64"),
        new Machine("microvm", "x86_64", "-M", "microvm", "-m", "16"),
        new Machine("pc-2.4", "x86_64", "-M", "pc-i440fx-2.4", "-m", "16"),
        new Machine("pc-5.2", "x86_64", "-M", "pc-i440fx-5.2", "-m", "16"),
        new Machine("virt", "aarch64", "-M", "virt", "-cpu", "cortex-a57", "-m", "32"),
        new Machine("s390x", "s390x", "-M", "s390-ccw-virtio", "-m", "32"),
        new Machine("pseries", "ppc64", "-M", "pseries", "-m", "256"),
        new Machine("riscv", "riscv64", "-M", "virt", "-bios", "none", "-m", "16"));
  }

  /** As many kinds of device as one machine takes. */
  private static Machine many() {
    List<String> arguments =
        new ArrayList<>(List.of("-M", "q35", "-smp", "4", "-m", "64", "-vga", "std"));
    arguments.addAll(List.of("-audiodev", "none,id=sound"));
    for (String device :
        List.of(
            "virtio-scsi-pci",
            "virtio-serial-pci",
            "virtio-balloon-pci",
            "virtio-iommu-pci",
            "virtio-keyboard-pci",
            "e1000e",
            "rtl8139",
            "tulip",
            "vmxnet3",
            "lsi53c895a",
            "megasas",
            "pvscsi",
            "sdhci-pci",
            "intel-hda",
            "hda-duplex,audiodev=sound",
            "qemu-xhci,id=usb",
            "usb-tablet,bus=usb.0",
            "pcie-root-port,id=root1",
            "pci-bridge,id=bridge,chassis_nr=2",
            "i6300esb",
            "edu",
            "ipmi-bmc-sim,id=bmc",
            "isa-ipmi-kcs,bmc=bmc")) {
      arguments.addAll(List.of("-device", device));
    }
    return new Machine("many", "x86_64", arguments.toArray(String[]::new));
  }

  private Qemu start(Machine machine, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(machine.arguments()));
    arguments.addAll(List.of("-nodefaults", "-accel", "tcg", "-S"));
    arguments.addAll(List.of(more));
    Qemu qemu = Qemu.start(folder, machine.target(), arguments);
    qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 10000000000}");
    return qemu;
  }

  @ParameterizedTest
  @MethodSource("machines")
  void machineIsReadInBothLayoutsAndLoadsConversions(Machine machine) throws Exception {
    Path lab = Lab.require();
    Path sequential = folder.resolve("sequential");
    try (Qemu qemu = start(machine)) {
      qemu.save("file:" + sequential);
    }
    JsonNode dump = Reads.dump(sequential, false);
    assertTrue(Reads.decoded(dump) > 5, "decoded " + Reads.decoded(dump));
    Reads.covered(sequential);
    assertTrue(Reads.equalsScript(lab, sequential), "the script failed");

    Path mapped = folder.resolve("mapped");
    try (Qemu qemu = start(machine)) {
      qemu.enable("mapped-ram");
      qemu.save("file:" + mapped);
    }
    assertEquals(Reads.decoded(dump), Reads.decoded(Reads.dump(mapped, false)));
    Reads.covered(mapped);
    assertFalse(Reads.equalsScript(lab, mapped), "the script reads mapped-ram now: use it");

    Path there = folder.resolve("there");
    Conversions.convert(sequential, there, FormatId.QEMU_MAPPED_RAM);
    assertLoads(machine, sequential, there, "mapped-ram");
    Path back = folder.resolve("back");
    Conversions.convert(there, back, FormatId.QEMU);
    assertLoads(machine, sequential, back);
    Conversions.convert(mapped, back, FormatId.QEMU);
    assertLoads(machine, mapped, back);
  }

  /** Loads a conversion and saves it again: the memory must be that of the original. */
  private void assertLoads(Machine machine, Path original, Path converted, String... capabilities)
      throws Exception {
    Path again = folder.resolve("again");
    try (Qemu qemu = start(machine, "-incoming", "defer")) {
      qemu.enable(capabilities);
      qemu.load("file:" + converted);
      qemu.save("file:" + again);
    }
    JsonNode before = Reads.dump(original, true);
    JsonNode after = Reads.dump(again, true);
    assertEquals(Reads.decoded(before), Reads.decoded(after));
    // QEMU itself rebuilds tables of firmware while it starts
    assertEquals(mainBlock(before), mainBlock(after));
  }

  private static String mainBlock(JsonNode dump) {
    JsonNode block = dump.path("memory").path(0);
    return block.path("block").asText() + block.path("sha256").asText();
  }

  @Test
  void streamWithoutDescriptionIsDecodedByATable() throws Exception {
    Path lab = Lab.require();
    Machine pc = new Machine("pc", "x86_64", "-M", "pc,suppress-vmdesc=on", "-m", "16");
    Path image = folder.resolve("image");
    try (Qemu qemu = start(pc)) {
      qemu.save("file:" + image);
    }
    JsonNode dump = Reads.dump(image, false);
    assertEquals(1, dump.path("notices").size());
    assertTrue(Reads.decoded(dump) > 20, "decoded " + Reads.decoded(dump));
    assertTrue(dump.path("sections").size() > 20, "sections " + dump.path("sections").size());
    Reads.covered(image);
    assertFalse(Reads.equalsScript(lab, image), "the script reads such streams now: use it");
  }

  @Test
  void streamUnderAnOffsetIsFound() throws IOException, Exception {
    Lab.require();
    Machine pc = machines().findFirst().orElseThrow();
    for (String capability : List.of("events", "mapped-ram")) {
      Path image = folder.resolve("offset-" + capability);
      try (Qemu qemu = start(pc)) {
        qemu.enable(capability);
        qemu.save("file:" + image + ",offset=0x1105c");
      }
      assertTrue(Reads.decoded(Reads.dump(image, false)) > 20);
      Reads.covered(image);
    }
  }

  @Test
  void streamOfQemu72IsRead() throws Exception {
    Path lab = Lab.require();
    Path image = folder.resolve("image");
    try (Qemu qemu =
        Release.V7_2.start(
            lab, folder, "-M", "pc", "-m", "64", "-nodefaults", "-accel", "tcg", "-S")) {
      qemu.save("exec:cat > " + image);
    }
    JsonNode dump = Reads.dump(image, false);
    assertEquals("pc-i440fx-7.2", dump.path("configuration").path("machine").asText());
    assertTrue(Reads.equalsScript(lab, image), "the script failed");
    Reads.covered(image);

    // mapped-ram came later: what goes there and back must load again
    Path mapped = folder.resolve("mapped");
    Path back = folder.resolve("back");
    Conversions.convert(image, mapped, FormatId.QEMU_MAPPED_RAM);
    Conversions.convert(mapped, back, FormatId.QEMU);
    Path again = folder.resolve("again");
    try (Qemu qemu =
        Release.V7_2.start(
            lab,
            folder,
            "-M",
            "pc",
            "-m",
            "64",
            "-nodefaults",
            "-accel",
            "tcg",
            "-S",
            "-incoming",
            "defer")) {
      qemu.load("exec:cat " + back);
      qemu.save("exec:cat > " + again);
    }
    assertEquals(mainBlock(Reads.dump(image, true)), mainBlock(Reads.dump(again, true)));
  }

  @Test
  void migrationOfDirtyBitmapsIsRead() throws Exception {
    Lab.require();
    Path disk = folder.resolve("disk.raw");
    Files.write(disk, new byte[1 << 20]);
    Path image = folder.resolve("image");
    Machine pc =
        new Machine(
            "pc",
            "x86_64",
            "-M",
            "pc",
            "-m",
            "16",
            "-blockdev",
            "driver=file,node-name=node0,filename=" + disk,
            "-device",
            "virtio-blk-pci,drive=node0");
    try (Qemu qemu = start(pc)) {
      qemu.call(
          "block-dirty-bitmap-add",
          "{\"node\": \"node0\", \"name\": \"bitmap0\", \"granularity\": 65536}");
      qemu.enable("dirty-bitmaps");
      qemu.save("exec:cat > " + image);
    }
    JsonNode dump = Reads.dump(image, false);
    assertTrue(dump.toString().contains("\"dirty-bitmap\""), "no such section");
    Reads.covered(image);
  }

  /** A way of saving that leaves its own traces in the stream. */
  record Oddity(String capability, boolean running, String... arguments) {}

  static Stream<Oddity> oddities() {
    return Stream.of(
        new Oddity("postcopy-ram", false),
        new Oddity("background-snapshot", true),
        new Oddity("validate-uuid", false, "-uuid", "12345678-9abc-def0-1234-56789abcdef0"),
        // a device section stands between the records of RAM
        new Oddity(
            "events",
            false,
            "-m",
            "16M,maxmem=1G",
            "-object",
            "memory-backend-ram,id=m,size=64M",
            "-device",
            "virtio-mem-pci,memdev=m,requested-size=0"));
  }

  @ParameterizedTest
  @MethodSource("oddities")
  void odditiesOfCapabilitiesAreReadFromFileAndPipe(Oddity oddity) throws Exception {
    Lab.require();
    Path image = folder.resolve("image");
    List<String> arguments = new ArrayList<>(List.of("-M", "q35", "-m", "16"));
    arguments.addAll(List.of("-nodefaults", "-accel", "tcg"));
    arguments.addAll(List.of(oddity.arguments()));
    if (!oddity.running()) {
      arguments.add("-S");
    }
    try (Qemu qemu = Qemu.start(folder, "x86_64", arguments)) {
      qemu.enable(oddity.capability());
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 10000000000}");
      qemu.saveOneWay(
          oddity.capability().equals("postcopy-ram") ? "exec:cat > " + image : "file:" + image);
    }
    int decoded = Reads.decoded(Reads.dump(image, true));
    assertTrue(decoded > 20, "decoded " + decoded);
    Reads.covered(image);
    assertEquals(decoded, Reads.decoded(Reads.dumpPiped(image)));

    Path mapped = folder.resolve("mapped");
    Conversions.convert(image, mapped, FormatId.QEMU_MAPPED_RAM);
    arguments.addAll(List.of("-incoming", "defer"));
    try (Qemu qemu = Qemu.start(folder, "x86_64", arguments)) {
      qemu.enable("mapped-ram");
      qemu.load("file:" + mapped);
    }
    assertEquals(Reads.hashes(image), Reads.hashes(mapped));
    Checks.sound(mapped);
    Path back = folder.resolve("back");
    Conversions.convert(mapped, back, FormatId.QEMU);
    assertEquals(Reads.hashes(image), Reads.hashes(back));
  }
}
