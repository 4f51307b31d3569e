package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.change.ImageFacts;
import org.vmstate.analyzer.change.Recipe;
import org.vmstate.analyzer.convert.Destination;
import org.vmstate.analyzer.convert.Progress;
import org.vmstate.analyzer.upgrade.ChangeCheck;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Breaks between releases of QEMU: the state fails, and loads once its recipe was applied. */
class UpgradeLabTest {
  @TempDir Path folder;

  private Path upgraded(Path image, String recipe) throws IOException {
    ImageFacts facts;
    try (ByteSource source = ImageReader.open(image)) {
      facts = ImageFacts.read(source, ParseOptions.DEFAULT);
    }
    List<Change> changes = Recipe.read("bundled:" + recipe).changes(facts, note -> {});
    assertFalse(changes.isEmpty(), recipe);
    Path out = folder.resolve("upgraded");
    try (Destination target = Destination.file(out, true, false)) {
      new ImageChanger(image, ParseOptions.DEFAULT, changes)
          .copy(target, Progress.NONE, note -> {});
      target.sink().flush();
      ChangeCheck.require(image, target.temporary().orElseThrow(), ParseOptions.DEFAULT);
      target.commit(Outcome.WHOLE, false);
    }
    return out;
  }

  private static String[] arguments(String machine, String device, String... more) {
    List<String> all = new ArrayList<>(List.of("-M", machine, "-m", "32", "-S", "-nodefaults"));
    all.addAll(List.of(device.split(" ")));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private void load(Path lab, Release release, String[] arguments, Path image) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-incoming", "defer"));
    try (Qemu qemu = release.start(lab, folder, all.toArray(String[]::new))) {
      qemu.load("exec:cat " + image);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "V10_0, V11_1, pc-q35-10.0, -device isa-vga, -device isa-vga, isa-vga-to-any",
    "V11_1, V10_0, pc-q35-10.0, -device ipmi-bmc-sim, -device ipmi-bmc-sim,"
        + " ipmi-bmc-sim-11.1-to-10.0",
    "V7_2, V10_0, pc-q35-7.2, -device dc390, -device dc390, dc390-7.2-to-10.0",
    "V11_1, V10_0, pc-q35-7.2, -device dc390, -device dc390, dc390-11.1-to-10.0",
    "V10_0, V7_2, microvm, -cpu max, -cpu max, switchover-10.0-to-7.2",
    "V10_0, V10_0, pc-q35-10.0, -device virtio-net-pci, -device virtio-net-pci;romsize=0x80000,"
        + " rom-left-to-the-target",
    "V10_0, V10_0, pc-q35-10.0, -netdev user;id=n -device virtio-net-pci;netdev=n,"
        + " -device virtio-net-pci, slirp-dropped"
  })
  void stateLoadsOnceItWasUpgraded(
      Release writer, Release reader, String machine, String saved, String loaded, String recipe)
      throws Exception {
    Path lab = Lab.require();
    Path image = folder.resolve("image");
    try (Qemu qemu = writer.start(lab, folder, arguments(machine, saved.replace(';', ',')))) {
      qemu.save(writer.to(image));
    }
    String[] target = arguments(machine, loaded.replace(';', ','));
    byte[] before = Files.readAllBytes(image);
    assertThrows(Exception.class, () -> load(lab, reader, target, image), recipe);
    load(lab, reader, target, upgraded(image, recipe));
    assertEquals(-1, Arrays.mismatch(before, Files.readAllBytes(image)));
  }
}
