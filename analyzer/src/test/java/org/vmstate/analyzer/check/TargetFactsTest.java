package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** A real image against facts that differ from it in one thing each. */
class TargetFactsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static ObjectNode facts() throws IOException {
    return (ObjectNode)
        JSON.readTree(
            """
            {"format": "vmstate-img target", "version": 1, "qemu": "10.0.2", "arch": "x86_64",
             "machine": "", "machines": [], "ram_blocks": {}, "ram_block_limits": {},
             "capabilities": [], "known_capabilities": [],
             "cpu": {"type": "", "offered": [], "missing": []}, "devices": [], "virtio": [],
             "sections": [], "pci": {}, "description": "", "types": {}}
            """);
  }

  private List<Finding> found(String sample, ObjectNode facts) throws IOException {
    Path image = folder.resolve(sample);
    if (!Files.exists(image)) {
      Samples.unpack(sample, image);
    }
    Path file = Files.writeString(folder.resolve("target.json"), facts.toString());
    Target target = Target.read(file, null);
    assertEquals("10.0", target.release().orElseThrow().toString());
    CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", Optional.of(target), List.of());
    try (ByteSource source = ImageReader.open(image)) {
      return new Checker(ParseOptions.DEFAULT, options)
          .check(source).findings().list().stream()
              .filter(f -> f.severity() == Severity.ERROR)
              .toList();
    }
  }

  private static boolean has(List<Finding> found, Reason reason) {
    return found.stream().anyMatch(f -> f.cause().filter(c -> c.reason() == reason).isPresent());
  }

  @Test
  void emptyFactsBlameNothing() throws IOException {
    assertEquals(List.of(), found("pc", facts()));
  }

  @Test
  void machineTypeThatIsGoneIsFound() throws IOException {
    ObjectNode facts = facts();
    facts.putArray("machines").add("pc-q35-11.1");
    List<Finding> found = found("pc", facts);
    assertTrue(has(found, Reason.TARGET_OF_ANOTHER_MACHINE), found.toString());
    assertTrue(found.getFirst().facts().containsKey("cure"));
    // QEMU compares as many characters as it received
    facts.putArray("machines").add("pc-i440fx-10.0.1");
    assertFalse(has(found("pc", facts), Reason.TARGET_OF_ANOTHER_MACHINE));
  }

  @Test
  void sectionsInstancesAndVersionsThatTheTargetLacksAreFound() throws IOException {
    ObjectNode facts = facts();
    facts
        .putArray("sections")
        .addObject()
        .put("name", "i8259")
        .put("instance", 0)
        .put("version", 0);
    List<Finding> found = found("pc", facts);
    assertTrue(
        found.stream().anyMatch(f -> f.text().equals("i8259 1: the target has no such instance")),
        found.toString());
    assertTrue(
        found.stream().anyMatch(f -> f.text().endsWith("the target has no such device")),
        found.toString());
    assertTrue(has(found, Reason.TARGET_VERSION_OLD), found.toString());
  }

  @Test
  void blockThatIsTooLongIsFoundAndOneThatMayGrowIsNot() throws IOException {
    ObjectNode facts = facts();
    facts.putObject("ram_blocks").put("pc.ram", 4096).put("pc.bios", 4096).put("pc.rom", 4096);
    facts.putObject("ram_block_limits").put("pc.ram", 1L << 40);
    List<Finding> found = found("pc", facts);
    assertTrue(has(found, Reason.TARGET_BLOCK_LENGTH), found.toString());
    assertTrue(
        found.stream().noneMatch(f -> f.text().startsWith("RAM block pc.ram")), found.toString());
  }

  @Test
  void functionOfAnotherKindIsFound() throws IOException {
    ObjectNode facts = facts();
    facts.putObject("pci").put("0000:00:00.0/I440FX", "ff".repeat(256));
    List<Finding> found = found("pc", facts);
    assertTrue(has(found, Reason.TARGET_OTHER_FUNCTION), found.toString());
  }

  @Test
  void deviceThatCannotBeMovedKeepsTheTargetFromLoading() throws IOException {
    ObjectNode facts = facts();
    facts.putArray("blocking").add("0000:00:01.0/nvme").add("0000:00:02.0/virtio-crypto");
    List<Finding> found = found("pc", facts);
    assertEquals(Rule.TARGET_BLOCKED, found.getFirst().rule());
    assertEquals(
        "State blocked by non-migratable device '0000:00:01.0/nvme'",
        found.getFirst().loader(new QemuRelease(10, 0)));
    assertTrue(found.getFirst().facts().containsKey("cure"));
  }

  /** What the monitor says without a state of its own: digits that it does not say are passed. */
  @Test
  void functionOfWhichOnlyThePropertiesAreKnownIsCompared() throws IOException {
    ObjectNode facts = facts();
    String header = "86803712" + "x".repeat(12) + "0006" + "xxxx" + "00" + "x".repeat(98);
    facts.putObject("functions").put("0000:00:00.0", header);
    assertEquals(List.of(), found("pc", facts));
    String multi = header.substring(0, 28) + "80" + header.substring(30);
    facts.putObject("functions").put("0000:00:00.0", multi);
    List<Finding> found = found("pc", facts);
    assertTrue(has(found, Reason.TARGET_OTHER_FUNCTION), found.toString());
    assertTrue(found.getFirst().text().contains("byte 0xe"), found.toString());
  }
}
