package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * About 80 kinds of device, many in a guest: each section is decoded to its last byte and written
 * from its fields as it was, and less than 1 % of the bytes stay opaque.
 *
 * <p>-Dopacity=true saves by all releases of the lab, at reset and after the firmware ran.
 */
class OpacityLabTest {
  private static final boolean WIDE = Boolean.getBoolean("opacity");

  /** Most bytes of device state that may stay opaque, of 1,000. */
  private static final int MOST_OPAQUE = 10;

  @TempDir Path folder;

  private final DeviceTally total = new DeviceTally();
  private final Set<String> devices = new TreeSet<>();

  private interface Start {
    Qemu start(List<String> arguments) throws Exception;
  }

  /** Reads the devices that a program knows from what it prints of itself. */
  private static Set<String> known(byte[] help) {
    Set<String> names = new TreeSet<>();
    for (String line : new String(help, StandardCharsets.UTF_8).split("\n")) {
      if (line.startsWith("name \"")) {
        names.add(line.substring(6, line.indexOf('"', 6)));
      }
    }
    return names;
  }

  private void save(DeviceGroup group, String machine, Set<String> known, Start start)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-M", machine, "-nodefaults", "-S"));
    for (String words : group.options()) {
      arguments.addAll(Arrays.asList(words.replace("{folder}", folder.toString()).split(" ")));
    }
    for (String device : group.devices()) {
      String kind = device.split(",")[0];
      if (known.contains(kind)) {
        devices.add(kind);
        arguments.addAll(List.of("-device", device));
      }
    }
    Path image = folder.resolve("image");
    try (Qemu qemu = start.start(arguments)) {
      qemu.save("exec:cat > " + image);
      tally(group.name() + " " + machine, image);
      if (WIDE) {
        qemu.call("cont");
        Thread.sleep(1500);
        qemu.call("stop");
        qemu.save("exec:cat > " + image);
        tally(group.name() + " " + machine + " after its firmware", image);
      }
    } catch (IOException e) {
      throw new IOException(
          group.name() + " " + machine + ": " + e.getMessage() + Qemu.said(folder), e);
    }
  }

  private void tally(String what, Path image) throws IOException {
    DeviceTally tally = new DeviceTally();
    try (ByteSource source = ImageReader.open(image)) {
      ImageReader.read(source, ParseOptions.DEFAULT, tally);
    }
    System.out.println(what + ": " + tally + " " + tally.notes());
    total.add(tally);
  }

  private void ofX86(Path lab, Release release) throws Exception {
    Set<String> known = known(release.run(lab, folder.resolve("err"), "-device", "help").output());
    if (release == Release.V5_2) {
      // does not start with firmware there
      known.remove("virtio-iommu-pci");
    }
    for (DeviceGroup group : DeviceGroup.OF_X86) {
      save(
          group,
          group.machine() + (group.machine().contains("-") ? "-5.2" : ""),
          known,
          arguments -> release.start(lab, folder, arguments));
    }
  }

  private void ofOthers() throws Exception {
    for (DeviceGroup group : DeviceGroup.OF_OTHERS) {
      byte[] help =
          Lab.run(
                  folder.resolve("err"),
                  "qemu-system-" + group.target(),
                  "-M",
                  group.machine(),
                  "-device",
                  "help")
              .output();
      save(
          group,
          group.machine(),
          known(help),
          arguments -> Qemu.start(folder, group.target(), arguments));
    }
  }

  @Test
  void hardlyAnythingOfManyDevicesStaysOpaque() throws Exception {
    Path lab = Lab.require();
    for (String disk : List.of("d0", "d1", "d2", "d3", "d4", "d5")) {
      Files.write(folder.resolve(disk), new byte[1 << 20]);
    }
    for (Release release : WIDE ? Release.values() : new Release[] {Release.V10_0}) {
      ofX86(lab, release);
    }
    ofOthers();
    System.out.println(devices.size() + " devices " + devices);
    System.out.println("in all, " + total + " " + new TreeSet<>(total.notes()));
    assertTrue(devices.size() >= 80, devices.toString());
    assertTrue(total.opaque() * 1000 < total.all() * MOST_OPAQUE, total.toString());
    assertEquals(Set.of(), new TreeSet<>(total.notes()));
  }
}
