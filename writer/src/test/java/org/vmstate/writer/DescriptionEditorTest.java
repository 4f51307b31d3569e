package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.event.Subsection;
import org.vmstate.writer.stream.Capabilities;
import org.vmstate.writer.stream.DescriptionEditor;
import org.vmstate.writer.vmdesc.DeviceListEditor;

/** The configuration object in the form in which QEMU 10.0 writes it. */
class DescriptionEditorTest {
  private static final String PLAIN =
      "{\"configuration\": {\"vmsd_name\": \"configuration\", \"version\": 1, \"fields\":"
          + " [{\"name\": \"len\", \"type\": \"uint32\", \"size\": 4}, {\"name\": \"name\","
          + " \"type\": \"buffer\", \"size\": 14}]}, \"page_size\": 4096, \"devices\": [{\"name\":"
          + " \"a\", \"name\": \"twice\"}]}";
  private static final String MAPPED =
      PLAIN.replace(
          "\"size\": 14}]}",
          "\"size\": 14}], \"subsections\": [{\"vmsd_name\": \"configuration/capabilities\","
              + " \"version\": 1, \"fields\": [{\"name\": \"caps_count\", \"type\": \"uint32\","
              + " \"size\": 4}, {\"name\": \"capabilities\", \"type\": \"capability\", \"size\":"
              + " 11}]}]}");

  private static String edit(String json, List<Subsection> subsections) {
    byte[] edited =
        DescriptionEditor.withConfiguration(
            json.getBytes(StandardCharsets.UTF_8), "pc-i440fx-10.0", subsections);
    return new String(edited, StandardCharsets.UTF_8);
  }

  @Test
  void capabilityIsAddedAndTakenAwayToTheByte() {
    List<Subsection> mapped = Capabilities.replace(List.of(), List.of("mapped-ram"));
    assertEquals(MAPPED, edit(PLAIN, mapped));
    assertEquals(PLAIN, edit(MAPPED, Capabilities.replace(mapped, List.of())));
  }

  @Test
  void blanksOfOldQemuAreKept() {
    List<Subsection> mapped = Capabilities.replace(List.of(), List.of("mapped-ram"));
    assertEquals(blanks(MAPPED), edit(blanks(PLAIN), mapped));
    assertEquals(blanks(PLAIN), edit(blanks(MAPPED), Capabilities.replace(mapped, List.of())));
  }

  private static String blanks(String text) {
    return text.replace("{", "{ ")
        .replace("[", "[ ")
        .replace("}", " }")
        .replace("]", " ]")
        .replace(":", " :");
  }

  @Test
  void severalCapabilitiesAreAnArrayWithTheSizeOfTheFirst() {
    List<Subsection> both =
        Capabilities.replace(List.of(), List.of("x-ignore-shared", "mapped-ram"));
    assertEquals(
        MAPPED.replace(
            "\"type\": \"capability\", \"size\": 11",
            "\"array_len\": 2, \"type\": \"capability\", \"size\": 16"),
        edit(PLAIN, both));
  }

  @Test
  void unknownSubsectionKeepsItsText() {
    String odd = "{\"vmsd_name\": \"configuration/odd\", \"x\": [1,  {\"y\": 2}]}";
    String json =
        PLAIN.replace("\"size\": 14}]}", "\"size\": 14}], \"subsections\": [" + odd + "]}");
    Subsection subsection = new Subsection("configuration/odd", 1, new byte[3]);
    assertEquals(json, edit(json, List.of(subsection)));
  }

  @Test
  void listStandsBetweenPageBitsAndUuid() {
    Subsection bits = new Subsection("configuration/target-page-bits", 1, new byte[4]);
    Subsection uuid = new Subsection("configuration/uuid", 1, new byte[16]);
    List<Subsection> all = Capabilities.replace(List.of(bits, uuid), List.of("mapped-ram"));
    assertEquals(
        List.of(bits.name(), "configuration/capabilities", uuid.name()),
        all.stream().map(Subsection::name).toList());
  }

  @Test
  void textWithoutConfigurationOrWithoutJsonStays() {
    assertEquals("{\"page_size\": 1}", edit("{\"page_size\": 1}", List.of()));
    assertEquals("garbage {", edit("garbage {", List.of()));
    assertEquals("{\"configuration\": {", edit("{\"configuration\": {", List.of()));
  }

  private static String devices(String json, String dropped) {
    byte[] edited =
        DeviceListEditor.edit(
            json.getBytes(StandardCharsets.UTF_8),
            (name, instance, text) -> name.equals(dropped) ? Optional.empty() : Optional.of(text));
    return new String(edited, StandardCharsets.UTF_8);
  }

  /** QEMU up to 5.2 has blanks between devices where later ones have none. */
  @Test
  void whatSeparatesDevicesIsKept() {
    String json = "{ \"devices\" : [ { \"name\" : \"a\" }, { \"name\" : \"b\" } ] }";
    assertEquals(json, devices(json, ""));
    assertEquals("{ \"devices\" : [ { \"name\" : \"b\" } ] }", devices(json, "a"));
    assertEquals("{ \"devices\" : [ { \"name\" : \"a\" } ] }", devices(json, "b"));
    String one = "{\"devices\": [{\"name\": \"a\"}], \"page_size\": 4096}";
    assertEquals(one, devices(one, ""));
    assertEquals("{\"devices\": [], \"page_size\": 4096}", devices(one, "a"));
  }
}
