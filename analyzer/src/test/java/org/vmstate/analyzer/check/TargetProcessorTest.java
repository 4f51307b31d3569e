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
import org.vmstate.analyzer.facts.ArmImage;
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

  private static String facts(String qemu, String arch, int version, String registers) {
    return """
    {"format": "vmstate-img target", "version": 1, "qemu": "%s", "arch": "%s",
     "sections": [{"name": "cpu", "instance": 0, "version": %d}], %s,
     "types": {"d": {"Name": "d", "Description": {"name": "d", "version_id": 1}}}}
    """
        .formatted(qemu, arch, version, registers);
  }

  private List<String> found(byte[] image, String facts, Rule rule) throws IOException {
    Path file = Files.writeString(folder.resolve("target.json"), facts);
    Target target = Target.read(file, null);
    QemuRelease release = target.release().orElseThrow();
    CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", Optional.of(target), List.of());
    return new Checker(ParseOptions.DEFAULT, options.with(release))
        .check(new HeapSource(image, 0, new StructurePath())).findings().list().stream()
            .filter(f -> f.rule() == rule)
            .map(f -> f.loader(release))
            .toList();
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
    List<String> found =
        found(image(version), facts("11.1.0", arch, 12, "\"registers\": {}"), Rule.TARGET_VERSION);
    assertEquals(words.isEmpty() ? List.of() : List.of(words), found);
  }

  /** Up to 10.x a loader has room for its own registers alone. */
  @ParameterizedTest
  @CsvSource({
    "10.0.2, 1, Invalid value 2 expecting positive value <= 1",
    "11.1.0, 1, error while loading state for instance 0x0 of device 'cpu'",
    "10.0.2, 2, error while loading state for instance 0x0 of device 'cpu'",
    "11.1.0, 2, error while loading state for instance 0x0 of device 'cpu'"
  })
  void moreRegistersThanTheTargetHas(String qemu, int own, String words) throws IOException {
    byte[] image = ArmImage.of(2, List.of(1L, 2L), List.of(3L, 4L));
    String more = own == 1 ? "" : ", \"0x0000000000000009\": \"0x0\"";
    String registers = "\"registers\": {\"0x0000000000000001\": \"0x3\"" + more + "}";
    assertEquals(
        List.of(words), found(image, facts(qemu, "aarch64", 22, registers), Rule.TARGET_FIELD));
  }
}
