package org.vmstate.analyzer.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds a process that has a file open for writing, as far as this user may look. Source: proc(5):
 * fd/N is a link to the file, fdinfo/N has its flags in octal, of which the last two bits are 0 for
 * reading only.
 */
public final class WriterSearch {
  private static final String FLAGS = "flags:";

  private WriterSearch() {}

  /** Returns the process as "process 12 (name)". */
  public static Optional<String> of(Path file) {
    try {
      Path real = file.toRealPath();
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
        for (Path process : processes) {
          if (writes(process, real)) {
            String name = Files.readString(process.resolve("comm")).strip();
            return Optional.of("process " + process.getFileName() + " (" + name + ")");
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean writes(Path process, Path real) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (Files.readSymbolicLink(file).equals(real)
            && isWritten(process.resolve("fdinfo").resolve(file.getFileName()))) {
          return true;
        }
      }
    } catch (IOException | RuntimeException e) {
      // it ended meanwhile, or is another user's
      return false;
    }
    return false;
  }

  private static boolean isWritten(Path info) throws IOException {
    return Files.readString(info)
        .lines()
        .filter(line -> line.startsWith(FLAGS))
        .anyMatch(line -> (Long.parseLong(line.substring(FLAGS.length()).strip(), 8) & 3) != 0);
  }
}
