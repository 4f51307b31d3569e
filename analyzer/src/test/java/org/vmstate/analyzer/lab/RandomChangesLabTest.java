package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ChangeException;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.change.ImageFacts;
import org.vmstate.analyzer.change.RandomChanges;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.upgrade.ChangeCheck;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * Results of random changes, -Dloads=NUMBER of them from -Dloads.seed on, given to QEMU: it takes
 * and refuses what check with its facts says. Other guests are those of -Dloads.release and
 * -Dloads.machine, arguments that follow a machine of 16 MiB without devices.
 */
class RandomChangesLabTest {
  private static final int LOADS = Integer.getInteger("loads", 20);

  private static final long SEED = Long.getLong("loads.seed", 1);

  private static final Release RELEASE =
      Release.valueOf(System.getProperty("loads.release", Release.V10_0.name()));

  private static final String MACHINE =
      System.getProperty(
          "loads.machine", "-M pc -device virtio-rng-pci -device e1000 -device virtio-balloon-pci");

  @TempDir Path folder;

  @Test
  void qemuDoesWhatCheckSays() throws Exception {
    Path lab = Lab.require();
    Path bios = Files.write(folder.resolve("bios"), new byte[64 << 10]);
    List<String> machine =
        List.of(("-m 16 -nodefaults -accel tcg -S -bios " + bios + " " + MACHINE).split(" "));
    Path image = folder.resolve("image");
    try (Qemu qemu = RELEASE.start(lab, folder, machine)) {
      qemu.save(RELEASE.to(image));
    }
    Target target = RELEASE.asked(lab, folder, machine);
    ImageFacts facts;
    try (ByteSource source = ImageReader.open(image)) {
      facts = ImageFacts.read(source, ParseOptions.DEFAULT);
    }
    RandomChanges random = new RandomChanges(facts);
    List<String> wrong = new ArrayList<>();
    int loaded = 0;
    int tried = 0;
    for (long seed = SEED; tried < LOADS; seed++) {
      random.seed(seed);
      List<Change> changes = random.some();
      Path out = folder.resolve("out");
      if (!write(image, changes, out)) {
        continue;
      }
      tried++;
      QemuRelease loader = target.release().orElseThrow();
      List<Finding> errors = Checks.errors(Checks.check(out, target, loader));
      Loading load = Loading.of(lab, folder, RELEASE, machine, out, false);
      loaded += load.done() ? 1 : 0;
      if (load.done() != errors.isEmpty()) {
        wrong.add(seed + " " + changes + ": " + load + errors.stream().map(Finding::text).toList());
      }
    }
    System.out.println(tried + " random changes, " + loaded + " loaded, wrong " + wrong.size());
    Files.write(Path.of(System.getProperty("loads.wrong", folder + "/wrong")), wrong);
    assertEquals(List.of(), wrong);
    assertTrue(loaded > 0 && loaded < tried, loaded + " of " + tried);
  }

  @ParameterizedTest
  @EnumSource(Release.class)
  void controllerOfAnotherShapeIsRefusedAsCheckSays(Release release) throws Exception {
    Path lab = Lab.require();
    List<String> machine = List.of("-M pc-i440fx-5.2 -m 16 -nodefaults -accel tcg -S".split(" "));
    Path image = folder.resolve("image");
    try (Qemu qemu = release.start(lab, folder, machine)) {
      qemu.save(release.to(image));
    }
    Target target = release.asked(lab, folder, machine);
    QemuRelease loader = target.release().orElseThrow();
    assertEquals(List.of(), Checks.errors(Checks.check(image, target, loader)));
    assertTrue(Loading.of(lab, folder, release, machine, image, false).done());
    String ide = "0000:00:01.1/ide";
    for (Change change :
        List.of(
            new Change.SetVersion(ide, 0), new Change.RemoveField(ide + ".parent_obj.config[0]"))) {
      Path out = folder.resolve("out");
      assertTrue(write(image, List.of(change), out), change.toString());
      assertFalse(Checks.errors(Checks.check(out, target, loader)).isEmpty(), change.toString());
      assertFalse(Loading.of(lab, folder, release, machine, out, false).done(), change.toString());
    }
  }

  private static boolean write(Path image, List<Change> changes, Path out) throws IOException {
    try (Destination target = Destination.file(out, true, false)) {
      new ImageChanger(image, ParseOptions.DEFAULT, changes)
          .copy(target, Progress.NONE, note -> {});
      target.sink().flush();
      ChangeCheck.require(image, target.temporary().orElseThrow(), ParseOptions.DEFAULT);
      target.commit(Outcome.WHOLE, false);
      return true;
    } catch (ChangeException e) {
      return false;
    }
  }
}
