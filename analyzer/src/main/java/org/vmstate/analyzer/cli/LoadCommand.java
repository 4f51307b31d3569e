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

  /**
   * Returns the QMP command that loads it into a paused guest of QEMU 6.0 or later.
   *
   * @param own whether the disk holds nothing but the state, under the name that {@link #of} gives
   */
  static String qmp(String snapshot, boolean own) {
    String node = own ? "state" : "NODE";
    StringBuilder tag = new StringBuilder();
    for (char c : snapshot.toCharArray()) {
      tag.append(c == '"' || c == '\\' ? "\\" : "").append(c);
    }
    return "{\"execute\": \"snapshot-load\", \"arguments\": {\"job-id\": \"load\", \"tag\": \""
        + tag
        + "\", \"vmstate\": \""
        + node
        + "\", \"devices\": [\""
        + node
        + "\"]}}";
  }

  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9._-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
