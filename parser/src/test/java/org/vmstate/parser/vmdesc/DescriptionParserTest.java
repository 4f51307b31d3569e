package org.vmstate.parser.vmdesc;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;

/** Descriptions that are none, or too large. */
class DescriptionParserTest {
  private static void refused(
      Class<? extends StateFormatException> type, String json, String reason) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    StateFormatException e =
        assertThrows(type, () -> DescriptionParser.parse(text, 0, Limits.DEFAULT));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  private static void malformed(String json, String reason) {
    refused(MalformedDataException.class, json, reason);
  }

  private static void limited(String json, String reason) {
    refused(LimitExceededException.class, json, reason);
  }

  @Test
  void descriptionsOfTheWrongShapeAreMalformed() {
    malformed("[]", "START_OBJECT");
    malformed("{\"page_size\": \"x\"}", "VALUE_NUMBER_INT");
    malformed("{\"page_size\": -1}", "0 to 2^63-1");
    malformed("{\"page_size\": 99999999999999999999}", "0 to 2^63-1");
    malformed("{\"devices\": {}}", "START_ARRAY");
    malformed("{\"devices\": [1]}", "START_OBJECT");
    malformed("{\"devices\": [{\"fields\": [{\"name\"", "JSON");
    malformed("{", "JSON");
  }

  @Test
  void deepNestingIsLimited() {
    limited("{\"x\": " + "[".repeat(5000) + "]".repeat(5000) + "}", "JSON");
    String open = "{\"struct\": ";
    limited("{\"devices\": [" + open.repeat(100) + "{}" + "}".repeat(100) + "]}", "nested");
  }

  @Test
  void millionsOfFieldsAreLimited() {
    limited("{\"devices\": [{\"fields\": [{}" + ",{}".repeat(300_000) + "]}]}", "fields");
  }
}
