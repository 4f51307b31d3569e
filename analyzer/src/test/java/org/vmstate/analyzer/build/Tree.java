package org.vmstate.analyzer.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of the project. */
final class Tree {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private Tree() {}

  static List<Path> files(String suffix, String... folders) throws IOException {
    Stream<Path> all = Stream.empty();
    for (String folder : folders) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        all = Stream.concat(all, files.toList().stream());
      }
    }
    return all.filter(f -> f.toString().endsWith(suffix))
        .filter(f -> !f.toString().contains("/target/"))
        .sorted()
        .toList();
  }

  static List<Path> sources() throws IOException {
    return files(".java", "formats", "parser", "writer", "analyzer");
  }
}
