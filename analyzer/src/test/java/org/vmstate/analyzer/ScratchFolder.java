package org.vmstate.analyzer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A temporary folder for properties, whose engine makes none. */
public final class ScratchFolder {
  private ScratchFolder() {}

  /** Makes one. */
  public static Path make() throws IOException {
    return Files.createTempDirectory("vmstate-test");
  }

  /** Deletes one with all that is in it. */
  public static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
