package org.vmstate.analyzer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Properties with a temporary folder, of which their engine makes none. */
public abstract class ScratchFolder {
  /** One for all tries of a class; classes run one after the other. */
  protected static Path folder;

  @BeforeContainer
  static void make() throws IOException {
    folder = Files.createTempDirectory("vmstate-test");
  }

  @AfterContainer
  static void remove() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
