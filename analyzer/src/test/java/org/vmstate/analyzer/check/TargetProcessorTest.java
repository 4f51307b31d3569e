package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Processors have no type, so that the target does not say which versions it loads. */
class TargetProcessorTest {
  @TempDir Path folder;

  private static byte[] image(int version) {
    return ImageBytes.withRam("r", 1)
        .section(4, 2, "cpu", 0, version)
        .u8(0)
        .footer(2)
        .u8(0)
        .description(
            "{\"page_size\": 4096, \"devices\": [{\"name\": \"cpu\", \"instance_id\": 0,"
                + " \"vmsd_name\": \"cpu\", \"version\": "
                + version
                + ", \"fields\": [{\"name\": \"a\", \"type\": \"uint8\", \"size\": 1}]}]}")
        .toBytes();
  }

  @ParameterizedTest
  @CsvSource({
    "riscv64, 12, ''",
    "riscv64, 10, cpu: incoming version_id 10 is too old for local minimum version_id 12",
    "riscv32, 10, cpu: incoming version_id 10 is too old for local minimum version_id 12",
    "riscv64, 13, unsupported version 13 for 'cpu' v12",
    "aarch64, 10, ''"
  })
  void processorOfRiscvIsOfTheTargetsVersion(String arch, int version, String words)
      throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("target.json"),
            "{\"format\": \"vmstate-img target\", \"version\": 1, \"qemu\": \"11.1.0\","
                + " \"arch\": \""
                + arch
                + "\", \"sections\": [{\"name\": \"cpu\", \"instance\": 0, \"version\": 12}],"
                + " \"types\": {\"d\": {\"Name\": \"d\", \"Description\": {\"name\": \"d\","
                + " \"version_id\": 1}}}}");
    Target target = Target.read(file, null);
    QemuRelease release = target.release().orElseThrow();
    CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", Optional.of(target), List.of());
    List<String> found =
        new Checker(ParseOptions.DEFAULT, options.with(release))
                .check(new HeapSource(image(version), 0, new StructurePath()))
                .findings()
                .list()
                .stream()
                .filter(f -> f.rule() == Rule.TARGET_VERSION)
                .map(f -> f.loader(release))
                .toList();
    assertEquals(words.isEmpty() ? List.of() : List.of(words), found);
  }
}
