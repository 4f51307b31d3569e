package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.testkit.ImageBytes;

/** Hand-built devices against targets whose device was made with other properties. */
class TargetDevicesTest {
  private static final String CODEC = "0000:00:03.0/0/hda-codec";
  private static final String CONSOLE = "0000:00:04.0/virtio-console";
  private static final String NIC = "0000:00:05.0/nic";
  private static final String BUFFER = "hda-audio-stream/buffer";

  @TempDir Path folder;

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

  private List<String> codec(boolean sent, boolean own) throws IOException {
    byte[] image =
        OneDevice.image(CODEC, streams(true, sent), stream(0, true) + ", " + stream(1, sent));
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.put("description", OneDevice.description(CODEC, stream(0, true) + ", " + stream(1, own)));
    return OneDevice.found(folder, image, facts);
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
    ObjectNode facts = OneDevice.facts(qemu);
    facts.putObject("fixed").put(CONSOLE + "#0.ports_map", own);
    return OneDevice.found(
        folder, OneDevice.image(CONSOLE, new ImageBytes().be32(sent).toBytes(), map), facts);
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
    byte[] image =
        OneDevice.image(CODEC, streams(true, true), stream(0, true) + ", " + stream(1, true));
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.put(
        "description", OneDevice.description(CODEC, stream(0, false) + ", " + stream(1, false)));
    assertEquals(List.of(), OneDevice.found(folder, image, facts));
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
      ObjectNode facts = OneDevice.facts("10.0.2");
      facts.put("description", OneDevice.description(NIC, slots(vmsd, own)));
      List<String> found =
          OneDevice.found(folder, OneDevice.image(NIC, new byte[3], slots(vmsd, 3)), facts);
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
            .description(OneDevice.description(NIC, slots(vmsd, 3)))
            .toBytes();
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.put("description", OneDevice.description(NIC, slots(vmsd, 8)));
    assertTrue(
        OneDevice.found(folder, image, facts)
            .getFirst()
            .endsWith(" | Mismatched section id in footer"),
        OneDevice.found(folder, image, facts).toString());
    // no slots at all
    facts.put(
        "description",
        OneDevice.description(NIC, slots(vmsd, 1).replaceFirst("\\{\"name\": \"devs\".*?\\}", "")));
    assertTrue(
        OneDevice.found(folder, image, facts).getFirst().endsWith(" | Missing section footer"));
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
    ObjectNode facts = OneDevice.facts("11.1.0");
    facts.put(
        "description", OneDevice.description(NIC, marks("sq", own)).replace("hda-audio", "nvme"));
    byte[] image =
        new String(OneDevice.image(NIC, payload, marks("sq", sent)), StandardCharsets.ISO_8859_1)
            .replace("\"hda-audio\"", "\"nvme\"     ")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(
        message.isEmpty() ? List.of() : List.of(message),
        OneDevice.found(folder, image, facts).stream()
            .map(f -> f.substring(f.indexOf('|') + 2))
            .toList());
  }

  private List<String> timers(String field, String own) throws IOException {
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.putObject("fixed").put("hpet#0." + own, 8);
    String fields = "{\"name\": \"%s\", \"type\": \"uint8\", \"size\": 1}".formatted(field);
    return OneDevice.found(folder, "hpet", OneDevice.image("hpet", new byte[] {3}, fields), facts);
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

  /** A display without resources, the layout of which is not known. */
  @Test
  void otherNumberOfOutputsIsFound() throws IOException {
    String display = "{\"name\": \"gpu\", \"type\": \"virtio-gpu\", \"size\": 30}";
    ObjectNode facts = OneDevice.facts("10.0.2");
    facts.putObject("fixed").put(NIC + "#0.gpu.max_outputs", 3);
    byte[] payload = new ImageBytes().be32(0).be32(1).be32(1).zeros(18).toBytes();
    assertEquals(
        List.of(NIC + "#0.gpu.max_outputs: has 0x1, on the target 0x3 | 3 != 1"),
        OneDevice.found(folder, OneDevice.image(NIC, payload, display), facts));
  }
}
