package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.event.Subsection;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.writer.stream.DescriptionEditor;

/** Which part of a description is replaced, and by what, wherever it stands. */
class DescriptionFormTest {
  private static final String OBJECT =
      "{\"vmsd_name\": \"configuration\", \"version\": 1, \"fields\": [{\"name\": \"len\","
          + " \"type\": \"uint32\", \"size\": 4}, {\"name\": \"name\", \"type\": \"buffer\","
          + " \"size\": 2}]}";

  private static String edit(String json, List<Subsection> subsections) {
    byte[] edited =
        DescriptionEditor.withConfiguration(
            json.getBytes(StandardCharsets.UTF_8), "pc", subsections);
    return new String(edited, StandardCharsets.UTF_8);
  }

  private static String with(String subsections) {
    return OBJECT.substring(0, OBJECT.length() - 1) + ", \"subsections\": [" + subsections + "]}";
  }

  private static Subsection subsection(String name, ImageBytes payload) {
    return new Subsection("configuration/" + name, 1, payload.toBytes());
  }

  @Test
  void objectIsReplacedWhereverItStands() {
    for (String before : List.of("", "\"x\": {\"configuration\": {}}, ", "\"y\": [[1], {}], ")) {
      for (String after : List.of("", ", \"configuration\": {\"second\": 1}", ", \"z\": \"é\"")) {
        assertEquals(
            "{" + before + "\"configuration\": " + OBJECT + after + "}",
            edit("{" + before + "\"configuration\": {\"a\": [1, {}]}" + after + "}", List.of()));
      }
    }
  }

  @Test
  void otherShapesStay() {
    for (String json :
        List.of(
            "[{\"configuration\": {}}]",
            "{\"configuration\": [1]}",
            "{\"configuration\": 7}",
            "",
            "{}",
            "{\"page_size\": 4096}")) {
      assertEquals(json, edit(json, List.of()));
    }
  }

  @Test
  void knownSubsectionsAreDescribedAsQemuDoes() {
    String bits =
        "{\"vmsd_name\": \"configuration/target-page-bits\", \"version\": 1, \"fields\":"
            + " [{\"name\": \"target_page_bits\", \"type\": \"uint32\", \"size\": 4}]}";
    String uuid =
        "{\"vmsd_name\": \"configuration/uuid\", \"version\": 1, \"fields\": [{\"name\":"
            + " \"uuid.data\", \"array_len\": 16, \"type\": \"uint8\", \"size\": 1}]}";
    assertEquals(
        "{\"configuration\": " + with(bits + ", " + uuid) + "}",
        edit(
            "{\"configuration\": {}}",
            List.of(
                subsection("target-page-bits", new ImageBytes().be32(12)),
                subsection("uuid", new ImageBytes().zeros(16)))));
  }

  @Test
  void capabilitiesAreCountedAndSizedByTheFirst() {
    String list =
        "{\"vmsd_name\": \"configuration/capabilities\", \"version\": 1, \"fields\": [{\"name\":"
            + " \"caps_count\", \"type\": \"uint32\", \"size\": 4}%s]}";
    assertEquals(
        "{\"configuration\": " + with(list.formatted("")) + "}",
        edit(
            "{\"configuration\": {}}",
            List.of(subsection("capabilities", new ImageBytes().be32(0)))));
    String one = ", {\"name\": \"capabilities\", \"type\": \"capability\", \"size\": 7}";
    assertEquals(
        "{\"configuration\": " + with(list.formatted(one)) + "}",
        edit(
            "{\"configuration\": {}}",
            List.of(subsection("capabilities", new ImageBytes().be32(1).name("xbzrle")))));
  }

  @Test
  void subsectionOfNoKnownFormHasNoFields() {
    String odd = "{\"vmsd_name\": \"configuration/odd\", \"version\": 1, \"fields\": []}";
    assertEquals(
        "{\"configuration\": " + with(odd) + "}",
        edit("{\"configuration\": {}}", List.of(subsection("odd", new ImageBytes()))));
  }

  /** What the text says of a subsection that stays is kept, wherever its name stands in it. */
  @Test
  void describedSubsectionsKeepTheirText() {
    String first = "{\"fields\": [{\"vmsd_name\": \"x\"}], \"vmsd_name\": \"configuration/odd\"}";
    String second = "{\"vmsd_name\": \"configuration/uuid\", \"x\": {\"vmsd_name\": \"y\"}}";
    String json =
        "{\"configuration\": {\"fields\": [1], \"subsections\": ["
            + first
            + ",  "
            + second
            + "], \"z\": {}}, \"page_size\": 1}";
    assertEquals(
        "{\"configuration\": " + with(second + ", " + first) + ", \"page_size\": 1}",
        edit(
            json,
            List.of(
                subsection("uuid", new ImageBytes().zeros(16)),
                subsection("odd", new ImageBytes()))));
    // a list of another kind is none
    assertEquals(
        "{\"configuration\": " + OBJECT + "}",
        edit("{\"configuration\": {\"subsections\": {\"a\": 1}}}", List.of()));
  }

  @Test
  void blanksOfOldQemuAreWrittenWhereTheTextHasThem() {
    assertEquals(
        "{ \"configuration\" : { \"vmsd_name\" : \"configuration\", \"version\" : 1, \"fields\" :"
            + " [ { \"name\" : \"len\", \"type\" : \"uint32\", \"size\" : 4 }, { \"name\" :"
            + " \"name\", \"type\" : \"buffer\", \"size\" : 2 } ] } }",
        edit("{ \"configuration\" : { } }", List.of()));
  }
}
