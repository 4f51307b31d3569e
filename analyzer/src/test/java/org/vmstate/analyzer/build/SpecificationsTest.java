package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpecificationsTest {

  @Test
  void everySpecificationSaysWhatItIsAndWhereItComesFrom() throws IOException {
    List<Path> specs = Tree.files(".ksy", "specs");
    assertTrue(specs.size() >= 18, "specs " + specs.size());
    for (Path spec : specs) {
      String text = Files.readString(spec);
      for (String part : List.of("license: Apache-2.0", "\ndoc: ", "\ndoc-ref: ", "title: ")) {
        assertTrue(text.contains(part), spec + " lacks '" + part.strip() + "'");
      }
    }
  }

  @Test
  void everySpecificationIsCompiledByTheBuild() throws IOException {
    String oracle = Files.readString(Tree.ROOT.resolve("parser/pom.xml"));
    for (Path spec : Tree.files(".ksy", "specs")) {
      String name = spec.getFileName().toString();
      if (spec.getParent().endsWith("oracle")) {
        assertTrue(name.equals("stream_records.ksy") || oracle.contains(name), name);
      } else {
        String id = name.substring(0, name.length() - ".ksy".length());
        assertDoesNotThrow(() -> Class.forName("org.vmstate.formats.spec." + camel(id)), name);
      }
    }
  }

  private static String camel(String id) {
    return Stream.of(id.split("_"))
        .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
        .collect(Collectors.joining());
  }
}
