package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.testkit.ImageBytes;

/** Hand-built PCI functions against targets that have another there. */
class TargetPciTest {
  private static final String NIC = "0000:00:05.0/nic";

  @TempDir Path folder;

  private static String hex(int rom) {
    byte[] space = new byte[256];
    ByteBuffer.wrap(space).order(ByteOrder.LITTLE_ENDIAN).putInt(0x30, rom);
    return HexFormat.of().formatHex(space);
  }

  private List<String> rom(int base, Long length) throws IOException {
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.putObject("pci").put(NIC, hex(0));
    facts.putObject("ram_blocks").put("r", 4096);
    if (length != null) {
      facts.withObject("ram_blocks").put("0000:00:05.0/nic-pci.rom", length);
    }
    String config = "{\"name\": \"config\", \"type\": \"pci config\", \"size\": 256}";
    return OneDevice.found(
        folder, OneDevice.image(NIC, HexFormat.of().parseHex(hex(base)), config), facts);
  }

  /** QEMU compares the bits that are zero because the ROM is as long as it is. */
  @Test
  void placeOfARomThatIsShorterThanTheTargetsIsFound() throws IOException {
    assertEquals(List.of(), rom(0xfeb40000, 256L << 10));
    assertEquals(List.of(), rom(0xfeb40001, 256L << 10));
    assertEquals(List.of(), rom(0xfeb80001, 512L << 10));
    // without a ROM nothing is compared, and one of another length is a power of two, too
    assertEquals(List.of(), rom(0xfeb40000, null));
    assertEquals(List.of(), rom(0xfeb40000, 200L << 10));
    for (long length : new long[] {512L << 10, 400L << 10}) {
      assertEquals(
          List.of(
              NIC
                  + ": byte 0x32 of the configuration space is 0xb4, on the target 0x00 | Bad"
                  + " config data: i=0x32 read: b4 device: 0 cmask: ff wmask: f8 w1cmask:0"),
          rom(0xfeb40001, length));
    }
  }

  /** A list of capabilities comes or goes, or the function has the extended space or not. */
  @Test
  void functionWithAnotherHeaderIsFound() throws IOException {
    byte[] own = new byte[4096];
    own[6] = 0x10;
    own[0x34] = 0x40;
    ObjectNode facts = OneDevice.facts("10.0.2");
    String config = "{\"name\": \"config\", \"type\": \"pci config\", \"size\": 256}";
    byte[] sent = new byte[256];
    String[] words = {"i=0x6 read: 0 device: 10 cmask: 10", "i=0x34 read: 48 device: 40 cmask: ff"};
    for (int i = 0; i < words.length; i++) {
      for (int length : new int[] {256, 4096}) {
        facts.putObject("pci").put(NIC, HexFormat.of().formatHex(own, 0, length));
        assertEquals(
            List.of("Bad config data: " + words[i] + " wmask: 0 w1cmask:0"),
            OneDevice.found(folder, OneDevice.image(NIC, sent, config), facts).stream()
                .map(f -> f.substring(f.indexOf('|') + 2))
                .toList());
      }
      sent[6] = 0x10;
      sent[0x34] = 0x48;
    }
  }

  private static String function(boolean inside) {
    String space = "{\"name\": \"config\", \"type\": \"pci config\", \"size\": 256}";
    String field =
        "{\"name\": \"parent_obj\", \"type\": \"struct\", \"size\": 256, \"struct\":"
            + " {\"vmsd_name\": \"PCIDevice\", \"version\": 2, \"fields\": [%s]}}".formatted(space);
    String used = "{\"name\": \"msi_used\", \"type\": \"uint8\", \"size\": 1}";
    return inside
        ? used
            + "], \"subsections\": [{\"vmsd_name\": \"hda-audio/pcie\", \"version\": 1,"
            + " \"fields\": [%s]}".formatted(field)
        : field + ", " + used;
  }

  private List<String> function(boolean sent, boolean own, String place, int vendor)
      throws IOException {
    ImageBytes payload = new ImageBytes();
    if (sent) {
      payload.u8(1).u8(5).name("hda-audio/pcie").be32(1).zeros(256);
    } else {
      payload.zeros(256).u8(1);
    }
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts
        .withObject("types")
        .set(
            "hda-audio",
            new ObjectMapper()
                .readTree(
                    """
                    {"Name": "hda-audio", "Description": {"name": "hda-audio", "version_id": 1,
                     "Fields": [{"field": "parent_obj", "version_id": 0, "field_exists": true,
                       "size": 2000},
                      {"field": "msi_used", "version_id": 0, "field_exists": false, "size": 1}],
                     "Subsections": [{"name": "hda-audio/pcie", "version_id": 1}]}}
                    """));
    facts.put("description", OneDevice.description(NIC, function(own)));
    byte[] space = new byte[256];
    space[0] = (byte) vendor;
    facts.putObject("pci").put(NIC + place, HexFormat.of().formatHex(space));
    return OneDevice.found(folder, OneDevice.image(NIC, payload.toBytes(), function(sent)), facts)
        .stream()
        .map(f -> f.substring(f.indexOf('|') + 2))
        .toList();
  }

  /** A pvscsi with PCI Express has its function in a subsection, one without in a field. */
  @Test
  void functionInAnotherPlaceIsFoundAndNotCompared() throws IOException {
    String inside = ".hda-audio/pcie";
    assertEquals(List.of(), function(true, true, inside, 0));
    assertEquals(List.of(), function(false, false, "", 0));
    String other = "Bad config data: i=0x0 read: 0 device: 5 cmask: ff wmask: 0 w1cmask:0";
    assertEquals(List.of(other), function(true, true, inside, 5));
    assertEquals(List.of("Failed to load PCIDevice:version_id"), function(true, false, "", 5));
    assertEquals(List.of("Missing section footer"), function(false, true, inside, 5));
  }
}
