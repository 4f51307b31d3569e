package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ChangeException;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.upgrade.TargetCheck;
import org.vmstate.analyzer.upgrade.UpgradePlan;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * Breaks between releases of QEMU: the state fails in the target with the message that check
 * foretells, and loads and goes on once it was upgraded for the target.
 */
class TargetLabTest {
  private static final String MEMORY =
      "-m 32M;maxmem=1G -object memory-backend-ram;id=m;size=256M"
          + " -device virtio-mem-pci;memdev=m;block-size=";

  private static final String BLOCK_SIZE = " Property 'block-size' changed from 0x200000 to ";

  private static final String WITHOUT_INDEX = "-global PIIX4_PM.x-not-migrate-acpi-index=on";

  private static final String USO =
      "VIRTIO_NET_F_GUEST_USO4;VIRTIO_NET_F_GUEST_USO6;VIRTIO_NET_F_HOST_USO";

  @TempDir Path folder;

  private List<String> arguments(String machine, String device) throws IOException {
    Path zeros = Files.write(folder.resolve("zeros"), new byte[64 << 10]);
    List<String> all = new ArrayList<>(List.of("-M", machine, "-m", "32", "-S", "-nodefaults"));
    all.addAll(
        Arrays.asList(device.replace(';', ',').replace("{zeros}", zeros.toString()).split(" ")));
    return all;
  }

  private void save(Path lab, Release release, List<String> arguments, Path image)
      throws Exception {
    try (Qemu qemu = release.start(lab, folder, arguments)) {
      qemu.save(release.to(image));
    }
  }

  private void load(Path lab, Release release, List<String> arguments, Path image)
      throws Exception {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("-incoming", "defer"));
    try (Qemu qemu = release.start(lab, folder, all)) {
      qemu.load("exec:cat " + image);
      qemu.call("cont");
      boolean running = false;
      for (int i = 0; i < 100 && !running; i++) {
        running = qemu.call("query-status").path("running").asBoolean();
        Thread.sleep(20);
      }
      assertTrue(running, "the guest goes on");
    }
  }

  private static String said(Path image, Target target) throws IOException {
    QemuRelease release = target.release().orElseThrow();
    CheckOptions options =
        new CheckOptions(DataMap.SOLID, 0, "", Optional.of(target), List.of()).with(release);
    try (ByteSource source = ImageReader.open(image)) {
      return new TargetCheck(ParseOptions.DEFAULT, options)
          .check(source).findings().list().stream()
              .map(f -> f.severity() + " " + f.text() + " " + f.loader(release))
              .collect(Collectors.joining("\n"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "V10_0, V11_1, pc-q35-10.0, -device isa-vga, , , instance 'vga' 0",
    "V11_1, V10_0, pc-q35-10.0, -device ipmi-bmc-sim, , , version 2 for 'ipmi-bmc-sim' v1",
    "V7_2, V10_0, pc-q35-7.2, -device dc390, , , Missing section footer",
    "V11_1, V10_0, pc-q35-7.2, -device dc390, , , Missing section footer",
    "V10_0, V7_2, microvm, -cpu max, , , MIG_CMD 0xb unknown",
    "V10_0, V10_0, pc-q35-10.0, -device virtio-net-pci, ,"
        + " -device virtio-net-pci;romsize=0x80000, Size mismatch: 0000:00:01.0/virtio-net-pci.rom",
    "V10_0, V10_0, pc-q35-10.0, -netdev user;id=n -device virtio-net-pci;netdev=n, ,"
        + " -device virtio-net-pci, instance 'slirp' 0",
    "V11_1, V10_0, pc-q35-10.0, -device isa-vga, , , instance 'vga-isa' 0",
    "V10_0, V7_2, pc-q35-7.2, -device isa-cirrus-vga, , , `mr->alias' failed",
    "V5_2, V10_0, pc-q35-5.2, -device dc390, , , Missing section footer",
    "V11_1, V7_2, pc-q35-7.2, -device dc390, , , Missing section footer",
    "V10_0, V7_2, isapc, -cpu qemu32, , , MIG_CMD 0xb unknown",
    "V7_2, V5_2, isapc, -cpu qemu32, , , No such file or directory",
    "V10_0, V7_2, pc-q35-7.2, -device virtio-net-pci;romsize=0x80000, ,"
        + " -device virtio-net-pci, Size mismatch: 0000:00:01.0/virtio-net-pci.rom",
    "V10_0, V10_0, pc-q35-10.0, -device virtio-net-pci, , -device virtio-net-pci;romfile=,"
        + " Unknown ramblock \"0000:00:01.0/virtio-net-pci.rom\"",
    "V7_2, V5_2, microvm, -bios {zeros}, , , instance 'ioapic' 1",
    "V10_0, V10_0, pc-q35-10.0, " + MEMORY + "2M, , " + MEMORY + "1M," + BLOCK_SIZE + "0x100000",
    "V10_0, V7_2, pc-q35-7.2, " + MEMORY + "4M, , " + MEMORY + "2M, Property 'block-size' changed",
    "V10_0, V11_1, pc-q35-10.0, -device VGA;global-vmstate=on, , -device VGA,"
        + " Unknown ramblock \"vga.vram\"",
    "V10_0, V10_0, pc-q35-10.0, -device VGA, , -device VGA;global-vmstate=on,"
        + " Unknown ramblock \"0000:00:01.0/vga.vram\"",
    "V10_0, V11_1, pc-q35-10.0, -device virtio-gpu-pci;x-scanout-vmstate-version=1, ,"
        + " -device virtio-gpu-pci, Missing section footer",
    "V10_0, V10_0, pc-q35-10.0, -device virtio-gpu-pci, ,"
        + " -device virtio-gpu-pci;x-scanout-vmstate-version=1, Missing section footer",
    "V10_0, V7_2, pc-i440fx-7.2, -cpu max, , " + WITHOUT_INDEX + ", Missing section footer",
    "V7_2, V10_0, pc-i440fx-7.2, " + WITHOUT_INDEX + ", , -cpu max, Missing section footer"
  })
  void stateThatFailsAsForetoldLoadsOnceItWasUpgraded(
      Release writer,
      Release reader,
      String machine,
      String saved,
      String otherMachine,
      String loaded,
      String message)
      throws Exception {
    Path lab = Lab.require();
    Path image = folder.resolve("image");
    save(lab, writer, arguments(machine, saved), image);
    byte[] before = Files.readAllBytes(image);
    List<String> arguments =
        arguments(otherMachine == null ? machine : otherMachine, loaded == null ? saved : loaded);
    Target target = reader.asked(lab, folder, arguments);
    String foretold = said(image, target);
    assertTrue(foretold.contains("ERROR"), foretold);
    assertTrue(foretold.contains(message) || foretold.contains("pckbd/extended_state"), foretold);
    Exception refused =
        assertThrows(Exception.class, () -> load(lab, reader, arguments, image), foretold);
    String words = refused.getMessage() + Qemu.said(folder);
    assertTrue(words.contains(message), words);
    load(lab, reader, arguments, Changed.upgraded(image, target, folder.resolve("upgraded")));
    assertEquals(-1, Arrays.mismatch(before, Files.readAllBytes(image)));
  }

  @Test
  void bitsOfPluggedMemoryFollowTheBlockSizeOfTheTarget() throws Exception {
    Path lab = Lab.require();
    Release release = Release.V10_0;
    Path plain = folder.resolve("plain");
    save(lab, release, arguments("pc-q35-10.0", MEMORY + "2M"), plain);
    String section = "0000:00:01.0/virtio-mem-device-early";
    Path image = folder.resolve("image");
    // 128 blocks, of which the first, the 34th and the last two are plugged in
    String bits = "0000000200000001c000000000000000";
    write(
        plain,
        image,
        List.of(
            new Change.SetField(section + ".bitmap", Change.Operator.SET, bits),
            new Change.SetField(section + ".size", Change.Operator.SET, "0x800000")));
    List<String> arguments = arguments("pc-q35-10.0", MEMORY + "1M");
    Target target = release.asked(lab, folder, arguments);
    Path out = Changed.upgraded(image, target, folder.resolve("upgraded"));
    Path again = folder.resolve("again");
    arguments.addAll(List.of("-incoming", "defer"));
    try (Qemu qemu = release.start(lab, folder, arguments)) {
      qemu.load("exec:cat " + out);
      qemu.save(release.to(again));
    }
    for (JsonNode found : Reads.dump(again, false).path("sections")) {
      if (found.path("name").asText().equals(section)) {
        assertEquals(
            "0000000000000003000000000000000c0000000000000000f000000000000000",
            found.path("state").path("bitmap").asText());
        assertEquals("0x0000000000800000", found.path("state").path("size").asText());
        return;
      }
    }
    throw new AssertionError("no " + section);
  }

  @Test
  void largerBlocksOfTheTargetAreItsOwnToChange() throws Exception {
    Path lab = Lab.require();
    Release release = Release.V10_0;
    Path image = folder.resolve("image");
    save(lab, release, arguments("pc-q35-10.0", MEMORY + "2M"), image);
    List<String> arguments = arguments("pc-q35-10.0", MEMORY + "4M");
    Target target = release.asked(lab, folder, arguments);
    String message = "Property 'block-size' changed from 0x200000 to 0x400000";
    assertTrue(said(image, target).contains(message), said(image, target));
    ChangeException e =
        assertThrows(
            ChangeException.class,
            () ->
                new UpgradePlan(target, false, n -> {})
                    .changes(ImageSource.of(image), ParseOptions.DEFAULT));
    assertTrue(e.getMessage().contains("start the target with"), e.getMessage());
    assertThrows(Exception.class, () -> load(lab, release, arguments, image));
    assertTrue(Qemu.said(folder).contains(message), Qemu.said(folder));
    load(lab, release, arguments("pc-q35-10.0", MEMORY + "2M"), image);
  }

  @Test
  void cardOfTapDeviceLoadsWithoutItsHeaderOnceItWasUpgraded() throws Exception {
    Path lab = Lab.require();
    Release release = Release.V10_0;
    List<String> arguments =
        arguments("pc-q35-10.0", "-netdev user;id=n -device virtio-net-pci;netdev=n");
    Path plain = folder.resolve("plain");
    save(lab, release, arguments, plain);
    // what a card with a tap device writes, which the test may not make
    String device = "0000:00:01.0/virtio-net.virtio.device.";
    Path image = folder.resolve("image");
    write(
        plain,
        image,
        List.of(
            new Change.SetField(device + "has_vnet_hdr", Change.Operator.SET, "1"),
            new Change.SetField(device + "has_ufo", Change.Operator.SET, "1")));
    Target target = release.asked(lab, folder, arguments);
    String message = "virtio-net: saved image requires vnet_hdr=on";
    assertTrue(said(image, target).contains(message), said(image, target));
    assertThrows(Exception.class, () -> load(lab, release, arguments, image));
    assertTrue(Qemu.said(folder).contains(message), Qemu.said(folder));
    load(lab, release, arguments, Changed.upgraded(image, target, folder.resolve("upgraded")));
  }

  @ParameterizedTest
  @CsvSource({
    "pc-q35-7.1, virtio-rng-pci, virtio-rng, VIRTIO_F_RING_RESET, 0x10000000000",
    "pc-q35-10.0, virtio-net-pci, virtio-net, " + USO + ", 0x1c0000000000000"
  })
  void featureInUseIsForetoldAndOnlyTakenAwayByForce(
      String machine, String device, String section, String features, String bits)
      throws Exception {
    Path lab = Lab.require();
    Release release = Release.V10_0;
    List<String> arguments = arguments(machine, "-device " + device);
    Path plain = folder.resolve("plain");
    save(lab, release, arguments, plain);
    String path = "0000:00:01.0/" + section + ".virtio.virtio/64bit_features.guest_features";
    Path image = folder.resolve("image");
    write(
        plain,
        image,
        List.of(new Change.SetField(path, Change.Operator.ADD, features.replace(';', ','))));
    Target target = release.asked(lab, folder, arguments);
    String foretold = said(image, target);
    assertTrue(foretold.contains("the guest uses " + features.replace(";", ", ")), foretold);
    assertThrows(Exception.class, () -> load(lab, release, arguments, image));
    String words = Qemu.said(folder);
    assertTrue(words.contains("Features " + bits + " unsupported"), words);
    assertTrue(foretold.contains("Features " + bits + " unsupported"), foretold);
    ChangeException e =
        assertThrows(
            ChangeException.class,
            () ->
                new UpgradePlan(target, false, n -> {})
                    .changes(ImageSource.of(image), ParseOptions.DEFAULT));
    assertTrue(e.getMessage().contains("--force-feature"), e.getMessage());
    Path out = folder.resolve("forced");
    write(
        image,
        out,
        new UpgradePlan(target, true, n -> {})
            .changes(ImageSource.of(image), ParseOptions.DEFAULT));
    load(lab, release, arguments, out);
  }

  @ParameterizedTest
  @CsvSource({
    "V11_1, V10_0, pc-q35-10.0, nvme;serial=a;drive=d",
    "V11_1, V7_2, pc-q35-7.2, nvme;serial=a;drive=d",
    "V11_1, V5_2, pc-q35-5.2, nvme;serial=a;drive=d"
  })
  void targetWithADeviceThatItCannotMoveLoadsNothing(
      Release writer, Release reader, String machine, String device) throws Exception {
    Path lab = Lab.require();
    List<String> arguments =
        arguments(machine, "-drive if=none;id=d;driver=null-co;size=16M -device " + device);
    Path image = folder.resolve("image");
    save(lab, writer, arguments, image);
    Target target = reader.asked(lab, folder, arguments);
    String message = "State blocked by non-migratable device '0000:00:01.0/nvme'";
    assertTrue(said(image, target).contains(message), said(image, target));
    assertThrows(Exception.class, () -> load(lab, reader, arguments, image));
    assertTrue(Qemu.said(folder).contains(message), Qemu.said(folder));
    assertThrows(
        ChangeException.class,
        () ->
            new UpgradePlan(target, false, n -> {})
                .changes(ImageSource.of(image), ParseOptions.DEFAULT));
  }

  @ParameterizedTest
  @CsvSource({
    "pvscsi;bus=r, pvscsi;bus=r;x-disable-pcie=on, Failed to load PCIDevice:version_id",
    "pvscsi;bus=r;x-disable-pcie=on, pvscsi;bus=r, Missing section footer",
    "virtio-rng-pci;bus=r, virtio-rng-pci;bus=r;x-pcie-pm-no-soft-reset=on, Bad config data: i="
  })
  void functionWithOtherCapabilitiesIsForetold(String saved, String loaded, String message)
      throws Exception {
    Path lab = Lab.require();
    Release release = Release.V10_0;
    String port = "-device pcie-root-port;id=r;bus=pcie.0 -device ";
    Path image = folder.resolve("image");
    save(lab, release, arguments("pc-q35-10.0", port + saved), image);
    List<String> arguments = arguments("pc-q35-10.0", port + loaded);
    Target target = release.asked(lab, folder, arguments);
    assertTrue(said(image, target).lines().findFirst().orElse("").contains(message));
    assertThrows(Exception.class, () -> load(lab, release, arguments, image));
    assertTrue(Qemu.said(folder).contains(message), Qemu.said(folder));
    List<String> same = arguments("pc-q35-10.0", port + saved);
    String good = said(image, release.asked(lab, folder, same));
    assertTrue(!good.contains("ERROR"), good);
    load(lab, release, same, image);
  }

  private static void write(Path image, Path out, List<Change> changes) throws IOException {
    try (Destination destination = Destination.file(out, true, false)) {
      new ImageChanger(image, ParseOptions.DEFAULT, changes)
          .copy(destination, Progress.NONE, note -> {});
      destination.commit(Outcome.WHOLE, false);
    }
  }
}
