package org.vmstate.analyzer.build;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may use whom. */
class DirectionsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPaths(
              Stream.of("formats", "parser", "writer", "analyzer")
                  .map(m -> Tree.ROOT.resolve(m).resolve(Path.of("target", "classes")))
                  .toList());

  @Test
  void modulesDependInOneDirection() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("formats")
        .definedBy("org.vmstate.formats..")
        .layer("parser")
        .definedBy("org.vmstate.parser..")
        .optionalLayer("writer")
        .definedBy("org.vmstate.writer..")
        .layer("analyzer")
        .definedBy("org.vmstate.analyzer..")
        .whereLayer("analyzer")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("parser")
        .mayOnlyBeAccessedByLayers("analyzer")
        .whereLayer("writer")
        .mayOnlyBeAccessedByLayers("analyzer")
        .check(CLASSES);
  }

  @Test
  void nothingUsesTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.vmstate.analyzer.cli")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.vmstate.analyzer.cli")
        .check(CLASSES);
  }

  @Test
  void parsersOfOneFormatDoNotKnowThoseAbove() {
    for (String low : List.of("io", "xbzrle", "compress", "ram", "section", "vmdesc")) {
      noClasses()
          .that()
          .resideInAPackage("org.vmstate.parser." + low)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.vmstate.parser.stream", "org.vmstate.parser.libvirt")
          .check(CLASSES);
    }
  }
}
