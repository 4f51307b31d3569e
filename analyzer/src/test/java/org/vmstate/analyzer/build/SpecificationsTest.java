package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    String pom = Files.readString(Tree.ROOT.resolve("formats/pom.xml"));
    String oracle = Files.readString(Tree.ROOT.resolve("parser/pom.xml"));
    for (Path spec : Tree.files(".ksy", "specs")) {
      String name = spec.getFileName().toString();
      boolean shared = name.equals("stream_records.ksy");
      assertTrue(shared || pom.contains(name) || oracle.contains(name), name);
    }
  }
}
