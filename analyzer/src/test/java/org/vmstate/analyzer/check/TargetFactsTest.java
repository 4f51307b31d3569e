package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.rule.Reason;
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

  private static String masked(int... bytes) {
    byte[] own = new byte[256];
    own[0x34] = 0x40;
    for (int i = 0; i < bytes.length; i++) {
      own[0x40 + i] = (byte) bytes[i];
    }
    byte[] mask = FixedBits.of(own);
    return HexFormat.of().formatHex(mask, 0x40, 0x40 + bytes.length);
  }

  /** What a capability says of the device is compared, what the guest sets is not. */
  @Test
  void bitsOfCapabilitiesThatNoGuestWritesAreKnown() {
    assertEquals("ffff8e0100", masked(0x05, 0, 0x86, 0x01, 0xfe));
    assertEquals("ffffff07ffffffffffffffff00", masked(0x11, 0, 3, 0x80, 0, 0, 0, 0, 0, 8, 0, 0, 1));
    int[] port = new int[0x1a];
    port[0] = 0x10;
    port[2] = 0x42;
    port[3] = 1;
    String before = "ffffffffffffffff" + "00000000" + "ffffffff" + "00000000";
    assertEquals(before + "ffffffff0000", masked(port));
    port[3] = 0;
    assertEquals(before + "000000000000", masked(port));
  }
}
