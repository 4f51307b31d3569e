package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the modules export. */
class ModulesTest {
  private static final List<String> MODULES = List.of("formats", "parser", "writer", "analyzer");

  private static String descriptor(String module) throws IOException {
    return Files.readString(
        Tree.ROOT.resolve(module).resolve(Path.of("src", "main", "module", "module-info.java")));
  }

  private static Set<String> found(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult m) -> m.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void exportedPackagesAreThoseThatTheManualLists() throws IOException {
    Set<String> exported = new TreeSet<>();
    for (String module : MODULES) {
      exported.addAll(found("exports ([a-z0-9.]+);", descriptor(module)));
    }
    String manual = Files.readString(Tree.ROOT.resolve(Path.of("docs", "library.md")));
    assertEquals(found("(?m)^\\| `(org\\.vmstate\\.[a-z0-9.]+)` ", manual), exported);
    assertTrue(exported.contains("org.vmstate.parser"), exported.toString());
  }

  @Test
  void programsOfTheManualUseNothingElse() throws IOException {
    Set<String> exported = new TreeSet<>();
    for (String module : MODULES) {
      exported.addAll(found("exports ([a-z0-9.]+);", descriptor(module)));
    }
    Set<String> used = new TreeSet<>();
    for (Path file : Tree.files(".java", "docs")) {
      used.addAll(found("import (org\\.vmstate\\.[a-z0-9.]+)\\.[A-Z]", Files.readString(file)));
    }
    assertTrue(used.contains("org.vmstate.writer.edit"), used.toString());
    used.removeIf(name -> name.equals("org.vmstate.testkit"));
    used.removeAll(exported);
    assertEquals(Set.of(), used);
  }

  @Test
  void everyPackageOfTheReaderAndTheWriterIsExportedToSomeone() throws IOException {
    for (String module : List.of("formats", "parser", "writer")) {
      String descriptor = descriptor(module);
      Set<String> packages = new TreeSet<>();
      for (Path file : Tree.files("package-info.java", module + "/src/main/java")) {
        packages.addAll(found("(?m)^package ([a-z0-9.]+);", Files.readString(file)));
      }
      packages.removeAll(found("exports ([a-z0-9.]+)", descriptor));
      assertEquals(Set.of(), packages, module);
    }
  }
}
