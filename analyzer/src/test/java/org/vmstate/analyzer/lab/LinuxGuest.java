package org.vmstate.analyzer.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of the lab's Linux. It fills memory and says once a second on its serial line
 * whether that is what it was: {@code TICK 1 OK}.
 */
final class LinuxGuest {
  private LinuxGuest() {}

  /**
   * Returns the arguments that boot it on any machine with a serial port.
   *
   * @param fill MiB of its memory that it fills
   */
  static List<String> kernel(Path lab, int fill) {
    return List.of(
        "-kernel",
        lab.resolve("vmlinuz").toString(),
        "-initrd",
        lab.resolve("initrd.gz").toString(),
        "-append",
        "console=ttyS0 quiet FILL=" + fill);
  }

  /** Returns the arguments of a whole machine, to which more can be added. */
  static List<String> on(String machine, int mebibytes, Path lab, int fill, Path serial) {
    List<String> all = new ArrayList<>(List.of("-M", machine, "-accel", "tcg", "-nodefaults"));
    all.addAll(List.of("-m", "" + mebibytes, "-serial", "file:" + serial));
    all.addAll(kernel(lab, fill));
    return all;
  }
}
