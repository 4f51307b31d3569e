package org.vmstate.analyzer.cli;

import java.nio.file.Path;

/** How a state in a disk is loaded. */
final class LoadCommand {
  private LoadCommand() {}

  /**
   * Returns the arguments to add to the guest's command line.
   *
   * @param own whether the disk holds nothing but the state
   */
  static String of(Path disk, String snapshot, boolean own) {
    return own
        ? "-blockdev driver=qcow2,node-name=state,file.driver=file,file.filename="
            + disk.toString().replace(",", ",,")
            + " -loadvm "
            + quoted(snapshot)
        : "-loadvm " + quoted(snapshot) + ", once " + disk + " is one of its disks";
  }

  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9._-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
