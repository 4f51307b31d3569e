package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** File systems of their own, on loop devices. */
final class Mounts {
  /** What tools say where the kernel has no loop device or not this file system. */
  private static final Pattern NO_PLACE =
      Pattern.compile("cannot find an unused loop device|unknown filesystem type|/dev/loop");

  private Mounts() {}

  /**
   * Makes a file system of 400 MiB and mounts it.
   *
   * @param device bytes of a sector and the file system, such as {@code 512 ext4}
   */
  static Path mount(Path folder, String device) throws IOException, InterruptedException {
    String sector = device.substring(0, device.indexOf(' '));
    boolean xfs = device.endsWith("xfs");
    Path disk = folder.resolve("disk" + sector);
    Path point = Files.createDirectory(folder.resolve("mnt" + sector));
    Path errors = folder.resolve("err");
    String script =
        "truncate -s 400M %1$s && loop=$(losetup --show -f -b %2$s %1$s) && %4$s"
            + " $loop && mount $loop %3$s && losetup -d $loop";
    Lab.Result made =
        Lab.run(
            errors,
            "sh",
            "-c",
            script.formatted(disk, sector, point, xfs ? "mkfs.xfs -q" : "mkfs.ext4 -q -b 4096"));
    String said = Files.readString(errors);
    if (made.exitCode() != 0 && NO_PLACE.matcher(said).find()) {
      System.err.println("\n*** SKIPPED: no loop devices or no " + device + ": " + said + " ***\n");
      Assumptions.abort("no loop devices or file system: " + said);
    }
    assertEquals(0, made.exitCode(), said);
    return point;
  }

  static void unmount(Path folder, Path point) throws IOException, InterruptedException {
    Lab.run(folder.resolve("err"), "umount", point.toString());
  }
}
