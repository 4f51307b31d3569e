package org.vmstate.analyzer.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.vmdesc.FieldType;

/** What the specifications say of the description is true of the samples and of our decoder. */
class DescriptionSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SPECS = Path.of("..", "specs");
  private static final int FRAME = 5;

  @TempDir Path folder;

  private static JsonSchema schema() throws IOException {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(Files.readString(SPECS.resolve("vmdescription.schema.json")));
  }

  /** Finds the frame from the end: after the end mark, its length reaching to the last brace. */
  private static JsonNode description(byte[] image) throws IOException {
    int end = image.length;
    for (int i = end - FRAME - 1; i > 0; i--) {
      if (image[i] == 0 && image[i + 1] == 6 && image[i + 1 + FRAME] == '{') {
        int length = ByteBuffer.wrap(image).getInt(i + 2);
        if (i + 1 + FRAME + length <= end && image[i + FRAME + length] == '}') {
          return JSON.readTree(image, i + 1 + FRAME, length);
        }
      }
    }
    throw new IOException("no description");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pc", "pc-5.2", "pc-mapped", "q35-11.1", "riscv", "virt"})
  void descriptionsOfRealImagesFitTheSchema(String sample) throws IOException {
    Path image = folder.resolve("image");
    Samples.unpack(sample, image);
    JsonNode description = description(Files.readAllBytes(image));
    assertEquals(Set.of(), schema().validate(description));
    Set<String> types = new TreeSet<>();
    description.findValues("type").forEach(type -> types.add(type.asText()));
    assertTrue(types.size() > 5, types.toString());
  }

  @Test
  void somethingElseDoesNotFit() throws IOException {
    JsonNode devices = JSON.readTree("{\"page_size\": 4096, \"devices\": [{\"name\": \"cpu\"}]}");
    assertFalse(schema().validate(devices).isEmpty());
  }

  @Test
  void tableHasEveryTypeThatTheDecoderKnows() throws IOException {
    String table = Files.readString(SPECS.resolve("README.md"));
    for (String name : FieldType.names()) {
      assertTrue(table.contains("`" + name + "`"), name);
    }
  }
}
