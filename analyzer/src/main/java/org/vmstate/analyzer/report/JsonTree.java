package org.vmstate.analyzer.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.GivenFile;

/** Reads a JSON file of the user into maps, lists, strings, numbers and truth values. */
public final class JsonTree {
  private static final long MOST = 64 << 20;

  private JsonTree() {}

  /** Reads a file that holds an object. */
  public static Map<?, ?> object(Path file) throws IOException {
    GivenFile.requireFile(file);
    if (Files.size(file) > MOST) {
      throw ConversionException.named(file + ": expected at most 64 MiB of JSON");
    }
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      return object(file.toString(), json);
    } catch (JsonProcessingException e) {
      throw ConversionException.named(file + ": is no well-formed JSON" + place(e));
    }
  }

  /** The words of the parser are about itself; the place is what helps. */
  private static String place(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    return at == null ? "" : ", from line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  /** Reads a stream that holds an object. */
  public static Map<?, ?> object(String name, InputStream in) throws IOException {
    try (JsonParser json = new JsonFactory().createParser(in)) {
      return object(name, json);
    }
  }

  private static Map<?, ?> object(String name, JsonParser json) throws IOException {
    json.nextToken();
    if (!(value(json) instanceof Map<?, ?> map)) {
      throw ConversionException.named(name + ": expected a JSON object");
    }
    if (json.nextToken() != null) {
      throw ConversionException.named(name + ": expected nothing after the JSON object");
    }
    return map;
  }

  private static Object value(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Object> map = new LinkedHashMap<>();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        map.put(name, value(json));
      }
      return map;
    }
    if (token == JsonToken.START_ARRAY) {
      List<Object> list = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        list.add(value(json));
      }
      return list;
    }
    if (token == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return json.getLongValue();
    }
    return token == null ? "" : json.getText();
  }
}
