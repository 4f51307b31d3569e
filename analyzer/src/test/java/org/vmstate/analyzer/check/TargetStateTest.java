package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.testkit.ImageBytes;

/** Hand-built states against targets of other releases. */
class TargetStateTest {
  private static final String NIC = "0000:00:05.0/nic";

  private static final String REGISTERS =
      "{\"name\": \"mac_reg[CTRL]\", \"type\": \"uint32\", \"size\": 4},"
          + " {\"name\": \"mac_reg[IMS]\", \"type\": \"uint32\", \"size\": 4},"
          + " {\"name\": \"mac_reg\", \"array_len\": 32, \"type\": \"uint32\", \"size\": 4}";

  @TempDir Path folder;

  private List<String> renamed(String sent, String own) throws IOException {
    String end = "{\"name\": \"x\", \"type\": \"uint16\", \"size\": %d}";
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.put("description", OneDevice.description(NIC, own + ", " + end.formatted(4)));
    return OneDevice.found(
        folder, OneDevice.image(NIC, new byte[18], sent + ", " + end.formatted(2)), facts);
  }

  private static String member(String name, String type) {
    return "{\"name\": \"%s\", \"type\": \"%s\", \"size\": 8}".formatted(name, type);
  }

  /** QEMU 10.0 numbers what is unused, and calls timers by the words of its source. */
  @Test
  void fieldsOfOtherNamesAreNoOtherFields() throws IOException {
    assertEquals(
        List.of(),
        renamed(
            member("gt_timer[0]", "timer") + ", " + member("gt_timer[1]", "timer"),
            member("gt_timer[PHYS]", "timer") + ", " + member("gt_timer[VIRT]", "timer")));
    String gap = "unused_buffer";
    assertEquals(
        List.of(),
        renamed(
            member("unused", gap) + ", " + member("reserve", "uint64"),
            member("unused[0]", gap) + ", " + member("unused[1]", gap)));
  }

  private static ObjectNode known(ObjectNode type, String name, int size, boolean condition) {
    ObjectNode field = type.withArray("Fields").addObject().put("field", name).put("size", size);
    return field.put("version_id", 0).put("field_exists", condition);
  }

  private List<String> registers(String sent, int bytes, boolean said) throws IOException {
    ObjectNode facts = OneDevice.facts("10.0.2");
    ObjectNode type = facts.withObject("types").withObject("hda-audio");
    type.put("Name", "hda-audio");
    type = type.withObject("Description").put("name", "hda-audio").put("version_id", 1);
    for (String name : List.of("mac_reg[CTRL]", "mac_reg[IMS]", "mac_reg")) {
      ObjectNode field = known(type, name, 4, false);
      if (said && name.equals("mac_reg")) {
        field.put("num", 32);
      }
    }
    facts.put("description", OneDevice.description(NIC, REGISTERS));
    return OneDevice.found(folder, OneDevice.image(NIC, new byte[bytes], sent), facts);
  }

  /** As those of e1000, which are named one by one in front of arrays. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void registerThatIsMissingAmongOthersOfItsArrayIsFound(boolean said) throws IOException {
    assertEquals(List.of(), registers(REGISTERS, 136, said));
    String numbered = REGISTERS.replace("CTRL", "0").replace("IMS", "1");
    assertEquals(List.of(), registers(numbered, 136, said));
    String[] fields = REGISTERS.split(", (?=\\{)");
    // 7.2 does not say how long arrays are: then one that is missing may have had no elements
    for (int gone = 0; gone < (said ? fields.length : 2); gone++) {
      List<String> rest = new ArrayList<>(List.of(fields));
      rest.remove(gone);
      int bytes = gone < 2 ? 132 : 8;
      assertEquals(1, registers(String.join(", ", rest), bytes, said).size(), rest.toString());
    }
  }

  private static String display(String name, int size, String fields) {
    return "{\"name\": \"dev\", \"type\": \"uint8\", \"size\": 1}, {\"name\": \""
        + name
        + "\", \"type\":"
        + " \"struct\", \"size\": "
        + size
        + ", \"struct\": {\"vmsd_name\": \"common\", \"version\": 1,"
        + " \"fields\": ["
        + fields
        + "]}}";
  }

  /** The display of PCI and that of ISA, which has no device around it, have one name. */
  @ParameterizedTest
  @ValueSource(strings = {"vga", "port.ifs[0]"})
  void fieldThatIsMissingIsFoundWhereAnotherTypeHasTheName(String inside) throws IOException {
    ObjectNode facts = OneDevice.facts("10.0.2");
    for (String device : List.of("pci", "isa")) {
      ObjectNode type = facts.withObject("types").withObject(device).put("Name", device);
      type = type.withObject("Description").put("name", "hda-audio").put("version_id", 1);
      if (device.equals("pci")) {
        known(type, "dev", 1, false);
        type =
            known(type, inside, 9, false)
                .withObject("Description")
                .put("name", "common")
                .put("version_id", 1);
      }
      for (String name : List.of("ar", "fr")) {
        known(type, name, 1, false);
      }
    }
    String both =
        "{\"name\": \"ar\", \"type\": \"uint8\", \"size\": 1}, {\"name\": \"fr\", \"type\":"
            + " \"uint8\", \"size\": 1}";
    String one = both.substring(both.lastIndexOf('{'));
    facts.put("description", OneDevice.description(NIC, display(inside, 2, both)));
    assertEquals(
        List.of(),
        OneDevice.found(
            folder, OneDevice.image(NIC, new byte[3], display(inside, 2, both)), facts));
    assertEquals(
        List.of(
            NIC
                + "."
                + inside.replace("[0]", "")
                + ".ar: 0 bytes in fields that the target has not, 1 in fields that were not"
                + " sent "),
        OneDevice.found(folder, OneDevice.image(NIC, new byte[2], display(inside, 1, one)), facts)
            .stream()
            .map(f -> f.substring(0, f.indexOf('|')))
            .toList());
  }

  /** Its length is what the configuration space says, and no other state tells it. */
  @Test
  void tableOfMessagesOfAnotherLengthIsFound() throws IOException {
    String table = "{\"name\": \"msix\", \"type\": \"msix state\", \"size\": %d}";
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.put("description", OneDevice.description(NIC, table.formatted(258)));
    for (int size : new int[] {258, 266}) {
      byte[] image = OneDevice.image(NIC, new byte[size], table.formatted(size));
      List<String> found = OneDevice.found(folder, NIC + ".msix:", image, facts);
      assertEquals(size == 258 ? 0 : 1, found.size(), found.toString());
    }
  }

  /** Whether a machine has hotplug is not the guest's to say. */
  @Test
  void fieldsOfHotplugAreNeededUnderTheirCondition() throws IOException {
    ObjectNode facts = OneDevice.facts("10.0.2");
    ObjectNode type = facts.withObject("types").withObject("pm").put("Name", "pm");
    type = type.withObject("Description").put("name", "hda-audio").put("version_id", 1);
    StringBuilder fields = new StringBuilder();
    for (String name : List.of("acpi_pci_hotplug.hotplug_select", "guests")) {
      known(type, name, 4, true);
      String member = "{\"name\": \"%s\", \"type\": \"uint32\", \"size\": 4}".formatted(name);
      fields.append(fields.isEmpty() ? "" : ", ").append(member);
    }
    facts.put("description", OneDevice.description(NIC, fields.toString()));
    String first = fields.substring(0, fields.indexOf(", {"));
    String second = fields.substring(fields.indexOf(", {") + 2);
    assertEquals(
        List.of(), OneDevice.found(folder, OneDevice.image(NIC, new byte[4], first), facts));
    assertEquals(
        1, OneDevice.found(folder, OneDevice.image(NIC, new byte[4], second), facts).size());
  }

  private List<String> newer(int sent, int own) throws IOException {
    String fields = "{\"name\": \"x\", \"type\": \"uint8\", \"size\": 1}";
    String inside =
        fields
            + "], \"subsections\": [{\"vmsd_name\": \"hda-audio/slb\", \"version\": %d,"
            + " \"fields\": ["
            + fields
            + "]}";
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.put("description", OneDevice.description(NIC, inside.formatted(own)));
    byte[] payload = new ImageBytes().u8(1).u8(5).name("hda-audio/slb").be32(sent).u8(2).toBytes();
    return OneDevice.found(folder, OneDevice.image(NIC, payload, inside.formatted(sent)), facts);
  }

  /** Sections without a type, as those of processors. */
  @Test
  void subsectionThatIsNewerThanTheTargetsIsFound() throws IOException {
    assertEquals(List.of(), newer(2, 2));
    assertEquals(List.of(), newer(1, 2));
    assertEquals(
        List.of(
            NIC
                + ".hda-audio/slb has version 2, the target loads up to 1 | hda-audio/slb:"
                + " incoming version_id 2 is too new for local version_id 1"),
        newer(2, 1));
  }

  private List<String> processor(long sent, long own, boolean compatible) throws IOException {
    ImageBytes payload = new ImageBytes().zeros(8 * 287).be64(sent).zeros(8 * 736);
    String registers =
        "{\"name\": \"env.spr\", \"array_len\": 1024, \"type\": \"uint64\", \"size\": 8}";
    if (compatible) {
      payload.u8(5).name("cpu/compat").be32(1).be32(1);
      registers +=
          "], \"subsections\": [{\"vmsd_name\": \"cpu/compat\", \"version\": 1, \"fields\": ["
              + "{\"name\": \"compat_pvr\", \"type\": \"uint32\", \"size\": 4}]}";
    }
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.putObject("fixed").put("cpu#0.env.spr[287]", own);
    return OneDevice.found(
        folder, "cpu", OneDevice.image("cpu", payload.toBytes(), registers), facts);
  }

  /** A Power processor's state goes to the model of its revision, or to any in a common mode. */
  @Test
  void otherProcessorOfPowerIsFound() throws IOException {
    assertEquals(
        List.of(
            "cpu#0.env.spr[287]: has 0x4e1200, on the target 0x4e1202 | error while loading state"
                + " for instance 0x0 of device 'cpu'"),
        processor(0x4e1200, 0x4e1202, false));
    assertEquals(List.of(), processor(0x4e1200, 0x4e1202, true));
    for (long[] same :
        new long[][] {
          {0x4e1202, 0x4e1202},
          {0x4e1203, 0x4e1202},
          {0x4e1201, 0x4e1200},
          {0x4d0100, 0x4d0200},
          {0x800200, 0x801201}
        }) {
      assertEquals(List.of(), processor(same[0], same[1], false));
    }
    for (long[] other :
        new long[][] {{0x4d0200, 0x4c0100}, {0x800100, 0x801200}, {0x7000, 0x7001}}) {
      assertEquals(1, processor(other[0], other[1], false).size());
    }
  }

  /** The target's own section and the type of its state say the same. */
  @Test
  void sectionThatIsTooNewIsSaidOnce() throws IOException {
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts
        .withObject("types")
        .withObject("hda-audio")
        .put("Name", "hda-audio")
        .putObject("Description")
        .put("name", "hda-audio")
        .put("version_id", 0);
    byte[] image = OneDevice.image(NIC, new byte[8], member("x", "uint64"));
    List<String> expected = List.of("savevm: unsupported version 1 for '" + NIC + "' v0");
    assertEquals(expected, words(OneDevice.found(folder, image, facts)));
    facts.putArray("sections").addObject().put("name", NIC).put("instance", 0).put("version", 0);
    assertEquals(expected, words(OneDevice.found(folder, image, facts)));
  }

  private static List<String> words(List<String> found) {
    return found.stream().map(f -> f.substring(f.indexOf('|') + 2)).toList();
  }
}
