package org.vmstate.analyzer.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** Finds out which right a user lacks, which the system does not say. */
public final class Rights {
  private Rights() {}

  /** Returns what is refused, and the right that is missing, as the text of a message. */
  public static String missing(Path file) {
    Path absolute = file.toAbsolutePath();
    for (int i = 1; i < absolute.getNameCount(); i++) {
      Path folder = absolute.getRoot().resolve(absolute.subpath(0, i));
      if (Files.isDirectory(folder) && !Files.isExecutable(folder)) {
        return refused(folder, "to enter this folder");
      }
    }
    if (Files.exists(file)) {
      return refused(file, Files.isReadable(file) ? "to write it" : "to read it");
    }
    Path folder = absolute.getParent();
    return folder != null && !Files.isWritable(folder)
        ? refused(folder, "to make files in this folder")
        : file + ": permission denied";
  }

  private static String refused(Path file, String right) {
    return file + ": permission denied: no right " + right + owner(file);
  }

  private static String owner(Path file) {
    try {
      PosixFileAttributes facts =
          Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String permissions = PosixFilePermissions.toString(facts.permissions());
      return " (" + facts.owner().getName() + " " + permissions + ")";
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
  }
}
