package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PackagesTest {

  @Test
  void everyMainPackageIsDescribed() throws IOException {
    TreeSet<Path> without = new TreeSet<>();
    for (Path file : Tree.sources()) {
      if (file.toString().contains("/src/main/java/")
          && !Files.exists(file.resolveSibling("package-info.java"))) {
        without.add(file.getParent());
      }
    }
    assertEquals(new TreeSet<>(), without);
  }

  @Test
  void onlyTheCommandLineTouchesStandardStreamsAndExit() throws IOException {
    List<Path> wrong =
        Tree.sources().stream()
            .filter(f -> f.toString().contains("/src/main/java/"))
            .filter(f -> !f.toString().contains("/analyzer/cli/"))
            .filter(f -> read(f).matches("(?s).*\\bSystem\\.(out|err|in|exit|setOut)\\b.*"))
            .toList();
    assertEquals(List.of(), wrong);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
