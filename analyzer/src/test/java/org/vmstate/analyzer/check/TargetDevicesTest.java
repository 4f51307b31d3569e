package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Hand-built devices against targets whose device was made with other properties. */
class TargetDevicesTest {
  private static final String CODEC = "0000:00:03.0/0/hda-codec";
  private static final String CONSOLE = "0000:00:04.0/virtio-console";
  private static final String NIC = "0000:00:05.0/nic";
  private static final String BUFFER = "hda-audio-stream/buffer";

  @TempDir Path folder;

  private static String description(String name, String fields) {
    return "{\"configuration\": {}, \"page_size\": 4096, \"devices\": [{\"name\": \""
        + name
        + "\", \"instance_id\": 0, \"vmsd_name\": \"hda-audio\", \"version\": 1, \"fields\": ["
        + fields
        + "]}]}";
  }

  private static byte[] image(String name, byte[] payload, String fields) {
    return ImageBytes.withRam("r", 1)
        .section(4, 2, name, 0, 1)
        .raw(payload)
        .footer(2)
        .u8(0)
        .description(description(name, fields))
        .toBytes();
  }

  /** A stream of a codec, with a timer or without. */
  private static String stream(int index, boolean timer) {
    String buffer =
        "{\"vmsd_name\": \""
            + BUFFER
            + "\", \"version\": 1, \"fields\": [{\"name\": \"rpos\", \"type\": \"int64\","
            + " \"size\": 8}]}";
    return "{\"name\": \"st\", \"index\": %s, \"type\": \"struct\", \"size\": %s, \"struct\": {"
            .formatted(index, streams(timer).length)
        + "\"vmsd_name\": \"hda-audio-stream\", \"version\": 1, \"fields\": [{\"name\": \"stream\","
        + " \"type\": \"uint8\", \"size\": 1}]"
        + (timer ? ", \"subsections\": [" + buffer + "]" : "")
        + "}}";
  }

  private static byte[] streams(boolean... timers) {
    ImageBytes payload = new ImageBytes();
    for (boolean timer : timers) {
      payload.u8(0);
      if (timer) {
        payload.u8(5).name(BUFFER).be32(1).be64(9);
      }
    }
    return payload.toBytes();
  }

  private static ObjectNode facts(String qemu) throws IOException {
    return (ObjectNode)
        new ObjectMapper()
            .readTree(
                "{\"format\": \"vmstate-img target\", \"version\": 1, \"qemu\": \""
                    + qemu
                    + "\", \"arch\": \"x86_64\", \"types\": {\"d\": {\"Name\": \"d\","
                    + " \"Description\": {\"name\": \"d\", \"version_id\": 1}}}}");
  }

  private List<String> found(byte[] image, ObjectNode facts) throws IOException {
    return found("0000:", image, facts);
  }

  private List<String> found(String start, byte[] image, ObjectNode facts) throws IOException {
    Path file = Files.writeString(folder.resolve("target.json"), facts.toString());
    Target target = Target.read(file, null);
    QemuRelease release = target.release().orElseThrow();
    CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", Optional.of(target), List.of());
    return new Checker(ParseOptions.DEFAULT, options.with(release))
        .check(new HeapSource(image, 0, new StructurePath())).findings().list().stream()
            // no page was sent, which is another matter
            .filter(f -> f.severity() == Severity.ERROR && f.text().startsWith(start))
            .map(f -> f.text() + " | " + f.loader(release))
            .toList();
  }

  private List<String> codec(boolean sent, boolean own) throws IOException {
    byte[] image = image(CODEC, streams(true, sent), stream(0, true) + ", " + stream(1, sent));
    ObjectNode facts = facts("10.0.2");
    facts.put("description", description(CODEC, stream(0, true) + ", " + stream(1, own)));
    return found(image, facts);
  }

  /** QEMU ends with an assertion where it is to load a timer that it has not. */
  @Test
  void streamOfACodecThatTheTargetDoesNotHaveIsFound() throws IOException {
    assertEquals(List.of(), codec(true, true));
    assertEquals(List.of(), codec(false, false));
    // what is not sent is not missed
    assertEquals(List.of(), codec(false, true));
    assertEquals(
        List.of(
            CODEC
                + ".st[1]."
                + BUFFER
                + ": the target's device does not have this timer |"
                + " Assertion `first_elem || !n_elems || !size' failed"),
        codec(true, false));
  }

  private List<String> ports(String qemu, int sent, int own) throws IOException {
    String map = "{\"name\": \"ports_map\", \"type\": \"uint32\", \"size\": 4}";
    ObjectNode facts = facts(qemu);
    facts.putObject("fixed").put(CONSOLE + "#0.ports_map", own);
    return found(image(CONSOLE, new ImageBytes().be32(sent).toBytes(), map), facts);
  }

  @Test
  void portsOfASerialDeviceThatTheTargetDoesNotHaveAreFound() throws IOException {
    assertEquals(List.of(), ports("10.0.2", 3, 3));
    String words = CONSOLE + "#0.ports_map: has 0x3, on the target 0x1 | ";
    assertEquals(List.of(words + "Failed to load virtio-console:virtio"), ports("10.0.2", 3, 1));
    assertEquals(
        List.of(words + "Failed to load element of type virtio for virtio"), ports("11.1.0", 3, 1));
  }

  /** Codecs that play without timers have them nevertheless. */
  @Test
  void codecWithoutTimersInItsStateIsNotBlamed() throws IOException {
    byte[] image = image(CODEC, streams(true, true), stream(0, true) + ", " + stream(1, true));
    ObjectNode facts = facts("10.0.2");
    facts.put("description", description(CODEC, stream(0, false) + ", " + stream(1, false)));
    assertEquals(List.of(), found(image, facts));
  }

  private static String slots(String vmsd, int count) {
    return "{\"name\": \"hotplug\", \"type\": \"struct\", \"size\": %s, \"struct\": {\"vmsd_name\":"
            .formatted(count)
        + " \"%s\", \"version\": 1, \"fields\": [{\"name\": \"devs\", \"array_len\": %s,"
            .formatted(vmsd, count)
        + " \"type\": \"uint8\", \"size\": 1}]}}";
  }

  /** How many there are is a property of the machine; no field says it. */
  @ParameterizedTest
  @ValueSource(strings = {"memory hotplug state", "CPU hotplug state"})
  void otherNumberOfSlotsIsFound(String vmsd) throws IOException {
    for (int own = 2; own <= 4; own++) {
      ObjectNode facts = facts("10.0.2");
      facts.put("description", description(NIC, slots(vmsd, own)));
      List<String> found = found(image(NIC, new byte[3], slots(vmsd, 3)), facts);
      List<String> expected = List.of("Missing section footer");
      assertEquals(
          own == 3 ? List.of() : expected,
          found.stream().map(f -> f.substring(f.indexOf('|') + 2)).toList(),
          found.toString());
    }
  }

  /** Where the target reads on, it may find another section's footer. */
  @Test
  void footerOfAnotherSectionIsTold() throws IOException {
    String vmsd = "memory hotplug state";
    byte[] image =
        ImageBytes.withRam("r", 1)
            .section(4, 2, NIC, 0, 1)
            .raw(new byte[3])
            .footer(2)
            .footer(7)
            .u8(0)
            .description(description(NIC, slots(vmsd, 3)))
            .toBytes();
    ObjectNode facts = facts("10.0.2");
    facts.put("description", description(NIC, slots(vmsd, 8)));
    assertTrue(
        found(image, facts).getFirst().endsWith(" | Mismatched section id in footer"),
        found(image, facts).toString());
    // no slots at all
    facts.put(
        "description",
        description(NIC, slots(vmsd, 1).replaceFirst("\\{\"name\": \"devs\".*?\\}", "")));
    assertTrue(found(image, facts).getFirst().endsWith(" | Missing section footer"));
  }

  private static String marks(String name, int count) {
    return "{\"name\": \"%s\", \"array_len\": %s, \"type\": \"ptr-marker\", \"size\": 1}"
        .formatted(name, count);
  }

  /** Pairs of queues of an NVMe controller, which QEMU from 11 on saves. */
  @ParameterizedTest
  @CsvSource({"5, 5, ''", "9, 5, Missing section footer", "5, 9, Unexpected ptr marker"})
  void otherNumberOfQueuePairsIsFound(int sent, int own, String message) throws IOException {
    byte[] payload = "0".repeat(sent).getBytes(StandardCharsets.ISO_8859_1);
    ObjectNode facts = facts("11.1.0");
    facts.put("description", description(NIC, marks("sq", own)).replace("hda-audio", "nvme"));
    byte[] image =
        new String(image(NIC, payload, marks("sq", sent)), StandardCharsets.ISO_8859_1)
            .replace("\"hda-audio\"", "\"nvme\"     ")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(
        message.isEmpty() ? List.of() : List.of(message),
        found(image, facts).stream().map(f -> f.substring(f.indexOf('|') + 2)).toList());
  }

  private List<String> timers(String field, String own) throws IOException {
    ObjectNode facts = facts("10.0.2");
    facts.putObject("fixed").put("hpet#0." + own, 8);
    String fields = "{\"name\": \"%s\", \"type\": \"uint8\", \"size\": 1}".formatted(field);
    return found("hpet", image("hpet", new byte[] {3}, fields), facts);
  }

  /** QEMU from 10.0 on compares them, and gave the field another name. */
  @Test
  void otherNumberOfTimersIsFoundWhereItIsCompared() throws IOException {
    String message = " | Input validation failed: hpet/num_timers must match";
    for (String field : List.of("num_timers", "num_timers_save")) {
      assertEquals(
          List.of("hpet#0." + field + ": has 0x3, on the target 0x8" + message),
          timers(field, "num_timers_save"));
      assertEquals(List.of(), timers(field, "num_timers"));
    }
  }

  private static String hex(int rom) {
    byte[] space = new byte[256];
    ByteBuffer.wrap(space).order(ByteOrder.LITTLE_ENDIAN).putInt(0x30, rom);
    return HexFormat.of().formatHex(space);
  }

  private List<String> rom(int base, Long length) throws IOException {
    ObjectNode facts = facts("10.0.2");
    facts.putObject("pci").put(NIC, hex(0));
    facts.putObject("ram_blocks").put("r", 4096);
    if (length != null) {
      facts.withObject("ram_blocks").put("0000:00:05.0/nic-pci.rom", length);
    }
    String config = "{\"name\": \"config\", \"type\": \"pci config\", \"size\": 256}";
    return found(image(NIC, HexFormat.of().parseHex(hex(base)), config), facts);
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
    ObjectNode facts = facts("10.0.2");
    String config = "{\"name\": \"config\", \"type\": \"pci config\", \"size\": 256}";
    byte[] sent = new byte[256];
    String[] words = {"i=0x6 read: 0 device: 10 cmask: 10", "i=0x34 read: 48 device: 40 cmask: ff"};
    for (int i = 0; i < words.length; i++) {
      for (int length : new int[] {256, 4096}) {
        facts.putObject("pci").put(NIC, HexFormat.of().formatHex(own, 0, length));
        assertEquals(
            List.of("Bad config data: " + words[i] + " wmask: 0 w1cmask:0"),
            found(image(NIC, sent, config), facts).stream()
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
    ObjectNode facts = facts("10.0.2");
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
    facts.put("description", description(NIC, function(own)));
    byte[] space = new byte[256];
    space[0] = (byte) vendor;
    facts.putObject("pci").put(NIC + place, HexFormat.of().formatHex(space));
    return found(image(NIC, payload.toBytes(), function(sent)), facts).stream()
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

  private List<String> renamed(String sent, String own) throws IOException {
    String end = "{\"name\": \"x\", \"type\": \"uint16\", \"size\": %d}";
    ObjectNode facts = facts("10.0.2");
    facts.put("description", description(NIC, own + ", " + end.formatted(4)));
    return found(image(NIC, new byte[18], sent + ", " + end.formatted(2)), facts);
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

  private List<String> newer(int sent, int own) throws IOException {
    String fields = "{\"name\": \"x\", \"type\": \"uint8\", \"size\": 1}";
    String inside =
        fields
            + "], \"subsections\": [{\"vmsd_name\": \"hda-audio/slb\", \"version\": %d,"
            + " \"fields\": ["
            + fields
            + "]}";
    ObjectNode facts = facts("10.0.2");
    facts.put("description", description(NIC, inside.formatted(own)));
    byte[] payload = new ImageBytes().u8(1).u8(5).name("hda-audio/slb").be32(sent).u8(2).toBytes();
    return found(image(NIC, payload, inside.formatted(sent)), facts);
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
    ObjectNode facts = facts("10.0.2");
    facts.putObject("fixed").put("cpu#0.env.spr[287]", own);
    return found("cpu", image("cpu", payload.toBytes(), registers), facts);
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

  /** A display without resources, the layout of which is not known. */
  @Test
  void otherNumberOfOutputsIsFound() throws IOException {
    String display = "{\"name\": \"gpu\", \"type\": \"virtio-gpu\", \"size\": 30}";
    ObjectNode facts = facts("10.0.2");
    facts.putObject("fixed").put(NIC + "#0.gpu.max_outputs", 3);
    byte[] payload = new ImageBytes().be32(0).be32(1).be32(1).zeros(18).toBytes();
    assertEquals(
        List.of(NIC + "#0.gpu.max_outputs: has 0x1, on the target 0x3 | 3 != 1"),
        found(image(NIC, payload, display), facts));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"a\": 1, \"b\": [], \"c\": {}}",
        "{\"machine\": \"pc\"}",
        "{\"return\": {\"qemu\": {\"major\": 10}}}"
      })
  void whatDescribesNoTargetIsRefused(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("x.json"), text);
    ConversionException e = assertThrows(ConversionException.class, () -> Target.read(file, null));
    assertEquals(
        file + ": expected what target-facts, -dump-vmstate or virsh domcapabilities prints",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"vmschkmachine\": {\"Name\": \"pc\"}}",
        "{\"e1000\": {\"Name\": \"e1000\", \"version_id\": 1}}",
        "{\"note\": 1, \"e1000\": {\"Name\": \"e1000\"}}"
      })
  void dumpOfDescriptionsIsTaken(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("x.json"), text);
    assertEquals(Optional.empty(), Target.read(file, null).facts());
  }
}
