package org.vmstate.writer.vmdesc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Changes single devices of a vmdescription; everything else stays as it is, to the byte. A text
 * that is no JSON, or has no devices, comes back unchanged: loaders do not look at it either.
 */
public final class DeviceListEditor {
  /** Says what becomes of devices. */
  public interface Editor {
    /**
     * Returns the text of a device's object.
     *
     * @param name its idstr
     * @param instance its instance id
     * @param text its object as it is
     * @return the object as it is to be, nothing to take it out
     */
    Optional<String> edit(String name, long instance, String text);
  }

  private final byte[] json;

  private DeviceListEditor(byte[] json) {
    this.json = json;
  }

  /** Returns a description with its devices edited. */
  public static byte[] edit(byte[] json, Editor editor) {
    try {
      return new DeviceListEditor(json).run(editor);
    } catch (IOException e) {
      return json;
    }
  }

  private byte[] run(Editor editor) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int copied = 0;
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = parser.currentName().equals("devices");
        if (parser.nextToken() != JsonToken.START_ARRAY || !wanted) {
          parser.skipChildren();
          continue;
        }
        int from = (int) parser.currentLocation().getByteOffset();
        out.write(json, copied, from - copied);
        copied = devices(parser, editor, from, out);
      }
    }
    out.write(json, copied, json.length - copied);
    return out.toByteArray();
  }

  /**
   * Writes a list up to its last device with what separates them, which old releases do by more.
   */
  private int devices(JsonParser parser, Editor editor, int from, ByteArrayOutputStream out)
      throws IOException {
    int lead = -1;
    int end = from;
    boolean kept = false;
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      int start = (int) parser.currentTokenLocation().getByteOffset();
      lead = lead < 0 ? start : lead;
      Optional<String> text = device(parser, editor);
      if (text.isPresent()) {
        out.write(json, kept ? end : from, kept ? start - end : lead - from);
        out.writeBytes(text.get().getBytes(StandardCharsets.UTF_8));
        kept = true;
      }
      end = (int) parser.currentLocation().getByteOffset();
    }
    return end;
  }

  private Optional<String> device(JsonParser parser, Editor editor) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    String name = "";
    long instance = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String member = parser.currentName();
      JsonToken value = parser.nextToken();
      if (member.equals("name") && value == JsonToken.VALUE_STRING) {
        name = parser.getText();
      } else if (member.equals("instance_id") && value == JsonToken.VALUE_NUMBER_INT) {
        instance = parser.getLongValue();
      }
      parser.skipChildren();
    }
    int to = (int) parser.currentLocation().getByteOffset();
    return editor.edit(name, instance, new String(json, from, to - from, StandardCharsets.UTF_8));
  }

  /**
   * Returns a device's object with another name, instance id and version; the first two always
   * stand in front, the version is the first after them.
   */
  public static String renamed(String text, String name, long instance, long version) {
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      StringBuilder out = new StringBuilder();
      int copied = 0;
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String member = parser.currentName();
        parser.nextToken();
        String value =
            switch (member) {
              case "name" -> StateDescriptionWriter.quoted(name);
              case "instance_id" -> Long.toString(instance);
              case "version" -> Long.toString(version);
              default -> null;
            };
        int from = (int) parser.currentTokenLocation().getCharOffset();
        if (value != null) {
          parser.finishToken();
          int to = (int) parser.currentLocation().getCharOffset();
          out.append(text, copied, from).append(value);
          copied = to;
        }
        parser.skipChildren();
      }
      return out.append(text, copied, text.length()).toString();
    } catch (IOException e) {
      return text;
    }
  }
}
