package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ChangeText;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.extract.Parts;
import org.vmstate.analyzer.info.DeviceLine;
import org.vmstate.analyzer.info.DeviceLister;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.event.EventSink;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.ImageWriter;
import org.vmstate.writer.edit.ReplaceField;
import org.vmstate.writer.edit.ReplacePage;

/** Devices of a real QEMU: decoded to the last byte, as QEMU itself says, changed and loaded. */
class DevicesLabTest {
  /** Most bytes of device state that may stay opaque, of 1,000. */
  private static final int MOST_OPAQUE = 10;

  private static final String MAC = "52:54:00:12:34:99";

  private static final int PAGE = 4096;

  /** A page that a Linux leaves to the firmware, which has done its work. */
  private static final long UNUSED = 0x6000;

  @TempDir Path folder;

  private List<String> many() {
    return List.of(
        ("-M q35 -m 32 -nodefaults -S -netdev user,id=n0 -netdev user,id=n1"
                + " -device virtio-net-pci,netdev=n0,mac="
                + MAC
                + " -device virtio-blk-pci,drive=d0 -device virtio-scsi-pci"
                + " -device scsi-hd,drive=d1 -device virtio-balloon-pci,free-page-reporting=on"
                + " -device virtio-rng-pci -device virtio-serial-pci"
                + " -device virtconsole,chardev=c0 -chardev null,id=c0"
                + " -device virtio-gpu-pci,max_outputs=2 -device virtio-keyboard-pci"
                + " -device virtio-tablet-pci -device virtio-iommu-pci -device nec-usb-xhci"
                + " -device e1000e,netdev=n1 -device pcie-root-port,id=rp"
                + " -device virtio-rng-pci,bus=rp -device intel-hda -device ich9-ahci")
            .split(" "));
  }

  @Test
  void stateOfManyDevicesIsDecodedAsQemuSaysIt() throws Exception {
    Lab.require();
    Path image = folder.resolve("image");
    for (String disk : List.of("d0", "d1")) {
      Files.write(folder.resolve(disk), new byte[1 << 20]);
    }
    List<String> arguments = new ArrayList<>(many());
    for (String disk : List.of("d0", "d1")) {
      arguments.addAll(
          List.of("-drive", "if=none,format=raw,id=" + disk + ",file=" + folder.resolve(disk)));
    }
    JsonNode devices;
    try (Qemu qemu = Qemu.start(folder, "x86_64", arguments)) {
      devices = qemu.call("query-pci").get(0).get("devices");
      qemu.save("file:" + image);
    }
    DeviceTally tally = new DeviceTally();
    try (ByteSource source = ImageReader.open(image)) {
      ImageReader.read(source, ParseOptions.DEFAULT, tally);
    }
    assertEquals(List.of(), tally.notes());
    System.out.println(tally);
    assertTrue(tally.opaque() * 1000 < tally.all() * MOST_OPAQUE, tally.toString());
    JsonNode dump = Reads.dump(image, false);
    int compared = 0;
    for (JsonNode device : devices) {
      String address =
          "0000:00:%02x.%s/".formatted(device.get("slot").asInt(), device.get("function").asInt());
      for (JsonNode section : dump.get("sections")) {
        JsonNode config = section.path("state").findValue("vendor_id");
        if (config != null && section.path("name").asText().startsWith(address)) {
          assertEquals(device.get("id").get("vendor").asInt(), config.asInt(), address);
          assertEquals(
              device.get("id").get("device").asInt(),
              section.get("state").findValue("device_id").asInt(),
              address);
          compared++;
          break;
        }
      }
    }
    assertTrue(compared > 15, "compared " + compared);
    try (ByteSource source = ImageReader.open(image)) {
      List<DeviceLine> lines = DeviceLister.list(source, ParseOptions.DEFAULT);
      assertTrue(lines.stream().anyMatch(l -> l.mac().equals(MAC)), lines.toString());
    }
  }

  @Test
  void addressesOfNetworkCardsAreThoseThatTheyWereGiven() throws Exception {
    Lab.require();
    Path image = folder.resolve("image");
    List<String> given = new ArrayList<>();
    List<String> arguments = new ArrayList<>(List.of("-M", "q35", "-m", "32", "-nodefaults"));
    for (String model :
        "virtio-net-pci e1000 e1000e igb rtl8139 vmxnet3 ne2k_pci pcnet i82557b".split(" ")) {
      given.add("52:54:00:12:%02x:9f".formatted(given.size()));
      arguments.addAll(List.of("-device", model + ",mac=" + given.getLast()));
    }
    try (Qemu qemu = Qemu.start(folder, "x86_64", arguments)) {
      qemu.call("stop");
      qemu.save("file:" + image);
    }
    try (ByteSource source = ImageReader.open(image)) {
      assertEquals(
          given,
          DeviceLister.list(source, ParseOptions.DEFAULT).stream()
              .map(DeviceLine::mac)
              .filter(m -> !m.isEmpty())
              .sorted()
              .toList());
    }
  }

  private List<String> guest(Path serial) throws IOException {
    Path disk = folder.resolve("disk");
    Files.write(disk, new byte[1 << 20]);
    return new ArrayList<>(
        List.of(
            ("-M q35 -m 128 -nodefaults -netdev user,id=n0 -device virtio-net-pci,netdev=n0,mac="
                    + MAC
                    + " -device virtio-balloon-pci -device virtio-blk-pci,id=k,drive=d -drive"
                    + " if=none,format=raw,id=d,file.locking=off,file="
                    + disk
                    + " -serial file:"
                    + serial)
                .split(" ")));
  }

  private Path changed(Path image, String... sets) throws IOException {
    Path out = folder.resolve("changed");
    List<Change> changes = new ArrayList<>();
    for (String set : sets) {
      changes.add(ChangeText.set(set));
    }
    try (Destination target = Destination.file(out, true, false)) {
      new ImageChanger(image, ParseOptions.DEFAULT, changes)
          .copy(target, Progress.NONE, note -> {});
      target.commit(Outcome.WHOLE, false);
    }
    return out;
  }

  @Test
  void changedFieldsReachQemuAndTheGuestGoesOn() throws Exception {
    Path lab = Lab.require();
    Path image = folder.resolve("image");
    Path serial = folder.resolve("serial");
    List<String> kernel = LinuxGuest.kernel(lab, 8);
    List<String> first = guest(serial);
    first.addAll(kernel);
    JsonNode features;
    String registers;
    QemuWords words;
    try (Qemu qemu = Qemu.start(folder, "x86_64", first)) {
      Lab.await(serial, "TICK 1 OK");
      qemu.call("stop");
      features =
          qemu.call(
              "x-query-virtio-status", "{\"path\": \"/machine/peripheral/k/virtio-backend\"}");
      registers = QemuWords.monitor(qemu, "info registers");
      words = QemuWords.of(qemu);
      qemu.save("file:" + image);
    }
    registersAreThose(image, registers);
    words.agree(Reads.dump(image, false));
    try (ByteSource source = ImageReader.open(image)) {
      DeviceLine disk =
          DeviceLister.list(source, ParseOptions.DEFAULT).stream()
              .filter(l -> l.name().endsWith("virtio-blk"))
              .findFirst()
              .orElseThrow();
      String known = features.get("guest-features").toString();
      assertEquals(1 << 20, disk.capacity().orElse(0));
      assertEquals(1, disk.queues());
      assertTrue(disk.features().contains("VIRTIO_F_VERSION_1"), disk.toString());
      for (String name : disk.features()) {
        assertTrue(known.contains(name), name + " in " + known);
      }
    }
    Path edited =
        changed(
            image,
            "0000:00:01.0/virtio-net.virtio.device.mac=52:54:00:aa:bb:cc",
            "0000:00:02.0/virtio-balloon.virtio.device.num_pages=256",
            "cpu#0.env.tsc_aux=7",
            "serial.state.lcr=0x1b",
            "timer.cpu_ticks_offset=0x123456789abc",
            "mc146818rtc.base_rtc=0x7fff0000",
            "apic.spurious_vec=0x1fe",
            "ps2kbd.scancode_set=1",
            "0000:00:1f.2/ich9_ahci.ahci.idp_index=0x18",
            "hpet.timer[2].cmp=0x1234",
            "0000:00:02.0/virtio-balloon.virtio.pci.bar[1]=0xfe800000");
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) 0xa7);
    Path rewritten = byTheLibrary(edited, page);
    List<String> second = guest(folder.resolve("serial2"));
    second.addAll(kernel);
    second.addAll(List.of("-incoming", "defer"));
    Path again = folder.resolve("again");
    try (Qemu qemu = Qemu.start(folder, "x86_64", second)) {
      qemu.load("file:" + rewritten);
      assertArrayEquals(page, memory(qemu));
      qemu.save("file:" + again);
      assertTrue(QemuWords.monitor(qemu, "info lapic").contains("SPIV\t 0x000001fe"));
      JsonNode time = qemu.call("qom-get", "{\"path\": \"/machine\", \"property\": \"rtc-time\"}");
      assertEquals(138, time.get("tm_year").asInt(), "2038");
      assertTrue(qemu.call("query-pci").toString().contains("\"address\":" + 0xfe800000L));
      qemu.call("cont");
      Lab.await(folder.resolve("serial2"), " OK");
      assertArrayEquals(page, memory(qemu));
    }
    JsonNode dump = Reads.dump(again, false);
    for (JsonNode section : dump.get("sections")) {
      JsonNode state = section.path("state");
      switch (section.path("name").asText()) {
        case "0000:00:01.0/virtio-net" ->
            assertEquals("52:54:00:aa:bb:cc", state.at("/virtio/device/mac").asText());
        case "0000:00:02.0/virtio-balloon" ->
            assertEquals(256, state.at("/virtio/device/num_pages").asInt());
        case "cpu" -> assertTrue(state.get("env.tsc_aux").asText().endsWith("7"));
        case "serial" -> assertEquals(0x1b, state.at("/state/lcr").asInt());
        case "mc146818rtc" -> assertEquals(0x32, state.at("/cmos_index").asInt());
        case "timer" -> assertEquals("0x0000123456789abc", state.get("cpu_ticks_offset").asText());
        case "ps2kbd" -> assertEquals(1, state.get("scancode_set").asInt());
        case "hpet" -> assertEquals("0x0000000000001234", state.at("/timer/2/cmp").asText());
        case "0000:00:1f.2/ich9_ahci" -> assertEquals(0x18, state.at("/ahci/idp_index").asInt());
        default -> {}
      }
    }
  }

  /** What the fourth and the sixth program of docs/library.md do. */
  private Path byTheLibrary(Path image, byte[] page) throws IOException {
    Path out = folder.resolve("rewritten");
    try (ByteSource source = ImageReader.open(image);
        ImageWriter writer = ImageWriter.create(out, false)) {
      EventSink field = new ReplaceField(writer, "mc146818rtc", "cmos_index", new byte[] {0x32});
      EventSink edit = new ReplacePage(field, "pc.ram", UNUSED / PAGE, page);
      ImageReader.read(source, ParseOptions.DEFAULT, edit);
      writer.commit(true);
    }
    return out;
  }

  private byte[] memory(Qemu qemu) throws IOException {
    Path file = folder.resolve("memory");
    qemu.call(
        "pmemsave",
        "{\"val\": " + UNUSED + ", \"size\": " + PAGE + ", \"filename\": \"" + file + "\"}");
    return Files.readAllBytes(file);
  }

  private static void registersAreThose(Path image, String monitor) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ByteSource source = ImageReader.open(image);
        Destination target = Destination.stream(bytes)) {
      Parts.copy(source, ParseOptions.DEFAULT, Parts.Kind.REGISTERS, section -> true, target);
      target.commit(Outcome.WHOLE, false);
    }
    String text = bytes.toString(StandardCharsets.US_ASCII);
    int compared = 0;
    for (String line : monitor.lines().toList()) {
      for (String word : line.replace(" =", "=").strip().split("\\s+")) {
        if (word.matches("(R[A-Z0-9]{1,2}|CR[234])=[0-9a-f]{8,16}") && !word.startsWith("RFL")) {
          assertTrue(text.replace(" =", "=").contains(word), word + " in\n" + text);
          compared++;
        }
      }
    }
    assertTrue(compared >= 19, "compared " + compared + " of\n" + monitor);
  }
}
