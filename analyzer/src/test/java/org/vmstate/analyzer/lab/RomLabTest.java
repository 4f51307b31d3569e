package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.upgrade.UpgradePlan;
import org.vmstate.parser.ParseOptions;

/**
 * A guest whose card has an option ROM of 512 KiB goes to a target where it has 256 KiB, and back:
 * refused as foretold both times, cured by upgrade on the way there, by edit on the way back.
 */
class RomLabTest {
  private static final String ROM = "0000:00:01.0/virtio-net-pci.rom";

  private static final Release RELEASE = Release.V10_0;

  @TempDir Path folder;

  private List<String> guest(Path lab, int size, String serial) {
    List<String> all = LinuxGuest.on("q35", 128, lab, 8, folder.resolve(serial));
    all.addAll(List.of("-netdev", "user,id=n"));
    all.addAll(List.of("-device", "virtio-net-pci,netdev=n,romsize=" + size));
    return all;
  }

  private Target target(Path lab, int size) throws Exception {
    return RELEASE.asked(lab, folder, guest(lab, size, "asked"));
  }

  /** Loads an image, lets the guest go on, and saves it there. */
  private void goOn(Path lab, int size, Path image, String serial, Path again) throws Exception {
    List<String> arguments = guest(lab, size, serial);
    arguments.addAll(List.of("-incoming", "defer"));
    try (Qemu qemu = RELEASE.start(lab, folder, arguments)) {
      qemu.load("file:" + image);
      qemu.call("cont");
      Lab.await(folder.resolve(serial), " OK");
      qemu.call("stop");
      qemu.save("file:" + again);
    }
  }

  /** QEMU refuses the image with the words that check gives. */
  private void refused(Path lab, int size, Path image, Target target, String message)
      throws Exception {
    List<Finding> errors =
        Checks.errors(Checks.check(image, target, target.release().orElseThrow()));
    String foretold = errors.toString();
    assertTrue(
        errors.stream().anyMatch(f -> f.loader(target.release().orElseThrow()).contains(message)),
        foretold);
    List<String> arguments = guest(lab, size, "refused");
    arguments.addAll(List.of("-incoming", "defer"));
    Exception e =
        assertThrows(
            Exception.class,
            () -> {
              try (Qemu qemu = RELEASE.start(lab, folder, arguments)) {
                try {
                  qemu.load("file:" + image);
                } catch (IOException gone) {
                  throw new IOException(gone.getMessage() + qemu.printed(), gone);
                }
              }
            });
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void guestGoesToSmallerRomAndBack() throws Exception {
    Path lab = Lab.require();
    int large = 512 << 10;
    int small = 256 << 10;
    Path image = folder.resolve("image");
    List<String> first = guest(lab, large, "serial");
    try (Qemu qemu = RELEASE.start(lab, folder, first)) {
      Lab.await(folder.resolve("serial"), "TICK 1 OK");
      qemu.call("stop");
      qemu.save("file:" + image);
    }
    Target there = target(lab, small);
    refused(lab, small, image, there, "Size mismatch: " + ROM + ": 0x80000 != 0x40000");
    UpgradePlan plan = new UpgradePlan(there, false, note -> {});
    Path upgraded =
        Changed.copy(
            image,
            plan.changes(ImageSource.of(image), ParseOptions.DEFAULT),
            Optional.of(plan),
            folder.resolve("changed"));
    Path again = folder.resolve("again");
    goOn(lab, small, upgraded, "there", again);

    refused(
        lab, large, again, target(lab, large), "Size mismatch: " + ROM + ": 0x40000 != 0x80000");
    Path edited =
        Changed.copy(
            again,
            List.of(new Change.ResizeBlock(ROM, large)),
            Optional.empty(),
            folder.resolve("changed"));
    goOn(lab, large, edited, "back", folder.resolve("last"));
  }
}
