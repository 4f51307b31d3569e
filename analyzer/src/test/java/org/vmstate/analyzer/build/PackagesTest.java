package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** What verbs share; every other package of the analyzer is a verb's own. */
  private static final Set<String> SHARED =
      Set.of(
          "core",
          "domain",
          "facts",
          "host",
          "memory",
          "output",
          "paging",
          "physical",
          "reference",
          "report",
          "samples");

  /** Verbs that are made of others. */
  private static final Map<String, Set<String>> MADE_OF =
      Map.of(
          "change", Set.of("convert"),
          "create", Set.of("convert"),
          "edit", Set.of("convert"),
          "map", Set.of("check", "dump", "info", "stats"),
          "salvage", Set.of("check"),
          "upgrade", Set.of("change", "check"));

  @Test
  void noVerbKnowsAnother() throws IOException {
    Pattern imported = Pattern.compile("import org\\.vmstate\\.analyzer\\.(\\w+)\\.");
    Set<String> wrong = new TreeSet<>();
    for (Path file : Tree.sources()) {
      String name = file.toString().replace('\\', '/');
      Matcher place = Pattern.compile("src/main/java/org/vmstate/analyzer/(\\w+)/").matcher(name);
      if (!place.find() || place.group(1).equals("cli")) {
        continue;
      }
      String own = place.group(1);
      Set<String> allowed = SHARED.contains(own) ? Set.of() : MADE_OF.getOrDefault(own, Set.of());
      imported
          .matcher(read(file))
          .results()
          .map(found -> found.group(1))
          .filter(other -> !other.equals(own) && !SHARED.contains(other))
          .filter(other -> !allowed.contains(other))
          .forEach(other -> wrong.add(own + " knows " + other));
    }
    assertEquals(Set.of(), wrong);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
