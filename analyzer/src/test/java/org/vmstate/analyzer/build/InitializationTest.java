package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Two threads that each wait until the other has initialized a class wait for ever. */
class InitializationTest {
  /** To be initialized before its members, and needs one of them. */
  interface Circular {
    Circular FIRST = new First();

    default int number() {
      return 1;
    }
  }

  record First() implements Circular {}

  /** Without a method of its own it is not initialized for its members. */
  interface Straight {
    Straight SECOND = new Second();

    int number();
  }

  record Second() implements Straight {
    @Override
    public int number() {
      return 2;
    }
  }

  @Test
  void circleIsFound() throws IOException {
    String own = InitializationTest.class.getName().replace('.', '/') + "$";
    assertEquals(
        Set.of(Set.of(own + "Circular", own + "First")),
        new Initialization(
                classes(Path.of("target/test-classes")).stream()
                    .filter(f -> f.toString().contains(own))
                    .toList())
            .circles());
  }

  @Test
  void noClassesNeedEachOther() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String module : List.of("formats", "parser", "writer", "analyzer")) {
      files.addAll(classes(Tree.ROOT.resolve(module).resolve("target/classes")));
    }
    assertEquals(Set.of(), new Initialization(files).circles());
  }

  private static List<Path> classes(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(f -> f.toString().endsWith(".class")).toList();
    }
  }
}
