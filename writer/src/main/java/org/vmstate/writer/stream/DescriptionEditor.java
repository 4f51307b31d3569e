package org.vmstate.writer.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.vmstate.formats.event.Subsection;
import org.vmstate.formats.stream.StreamFormat;

/**
 * Changes what a vmdescription says about the configuration; everything else stays as it is, to the
 * byte. The text has QEMU's form: one line, separators {@code ", "} and {@code ": "}, and blanks
 * inside of the braces and before colons where the given text has them. Source: QEMU 10.0
 * migration/vmstate.c; QEMU 5.2 qobject/qjson.c.
 */
public final class DescriptionEditor {
  private static final String CONFIGURATION = "configuration";

  /** A bracket that a blank must follow, and what a blank must follow before a bracket. */
  private static final Pattern OPENING = Pattern.compile("([{\\[])(?=[^ ])");

  private static final Pattern CLOSING = Pattern.compile("([^ ])(?=[}\\]])");

  private final byte[] json;
  private int start = -1;
  private int end;
  private final Map<String, String> known = new HashMap<>();

  private DescriptionEditor(byte[] json) {
    this.json = json;
  }

  /**
   * Returns the description with a configuration object for the given record. A text that has no
   * such object, or is no JSON, comes back unchanged.
   */
  public static byte[] withConfiguration(
      byte[] json, String machine, List<Subsection> subsections) {
    DescriptionEditor editor = new DescriptionEditor(json);
    try {
      editor.find();
    } catch (IOException e) {
      // loaders do not look at the text either
      return json;
    }
    return editor.start < 0 ? json : editor.replaced(machine, subsections);
  }

  private void find() throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = parser.currentName().equals(CONFIGURATION);
        JsonToken value = parser.nextToken();
        if (wanted && value == JsonToken.START_OBJECT) {
          int from = (int) parser.currentTokenLocation().getByteOffset();
          subsections(parser);
          start = from;
          end = (int) parser.currentLocation().getByteOffset();
          return;
        }
        parser.skipChildren();
      }
    }
  }

  /** Reads the configuration object to its end and keeps the text of each subsection. */
  private void subsections(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean wanted = parser.currentName().equals("subsections");
      JsonToken value = parser.nextToken();
      if (!wanted || value != JsonToken.START_ARRAY) {
        parser.skipChildren();
        continue;
      }
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        subsection(parser);
      }
    }
  }

  private void subsection(JsonParser parser) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    String name = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isName = parser.currentName().equals("vmsd_name");
      parser.nextToken();
      if (isName) {
        name = parser.getText();
      }
      parser.skipChildren();
    }
    int to = (int) parser.currentLocation().getByteOffset();
    known.put(name, new String(json, from, to - from, StandardCharsets.UTF_8));
  }

  private byte[] replaced(String machine, List<Subsection> subsections) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(json, 0, start);
    String text = text(machine, subsections);
    boolean blanks = json.length > 1 && json[1] == ' ';
    out.writeBytes((blanks ? spaced(text) : text).getBytes(StandardCharsets.UTF_8));
    out.write(json, end, json.length - end);
    return out.toByteArray();
  }

  /** Returns a text in the form of QEMU before 6.0; one that has it already stays as it is. */
  private static String spaced(String text) {
    return OPENING
        .matcher(CLOSING.matcher(text).replaceAll("$1 "))
        .replaceAll("$1 ")
        .replace("\":", "\" :");
  }

  private String text(String machine, List<Subsection> subsections) {
    List<String> fields =
        List.of(field("len", "", "uint32", 4), field("name", "", "buffer", machine.length()));
    List<String> nested = new ArrayList<>();
    for (Subsection subsection : subsections) {
      boolean same =
          known.containsKey(subsection.name())
              && !subsection.name().equals(StreamFormat.CAPABILITIES);
      nested.add(
          same
              ? known.get(subsection.name())
              : vmsd(subsection.name(), subsection.version(), fields(subsection), List.of()));
    }
    return vmsd(CONFIGURATION, 1, fields, nested);
  }

  // %s, as the formatter loads the tables of all locales for the digits of %d
  private static String vmsd(String name, long version, List<String> fields, List<String> nested) {
    String text =
        String.format(
            Locale.ROOT,
            "{\"vmsd_name\": \"%s\", \"version\": %s, \"fields\": [%s]",
            name,
            version,
            String.join(", ", fields));
    return nested.isEmpty()
        ? text + "}"
        : text + ", \"subsections\": [" + String.join(", ", nested) + "]}";
  }

  private static String field(String name, String array, String type, int size) {
    return String.format(
        Locale.ROOT,
        "{\"name\": \"%s\", %s\"type\": \"%s\", \"size\": %s}",
        name,
        array,
        type,
        size);
  }

  private static List<String> fields(Subsection subsection) {
    return switch (subsection.name()) {
      case StreamFormat.TARGET_PAGE_BITS -> List.of(field("target_page_bits", "", "uint32", 4));
      case StreamFormat.CAPABILITIES -> {
        ByteBuffer payload = ByteBuffer.wrap(subsection.payload());
        int count = payload.getInt();
        String counter = field("caps_count", "", "uint32", 4);
        if (count == 0) {
          yield List.of(counter);
        }
        // the size is that of the first name with its length byte
        String array = count > 1 ? "\"array_len\": " + count + ", " : "";
        yield List.of(counter, field("capabilities", array, "capability", 1 + payload.get()));
      }
      case StreamFormat.UUID -> List.of(field("uuid.data", "\"array_len\": 16, ", "uint8", 1));
      default -> List.of();
    };
  }
}
