package org.vmstate.analyzer.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.dump.Dump;
import org.vmstate.analyzer.dump.DumpOptions;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;

/**
 * The JSON beside each sample, which readers in other languages reproduce, is what we find, too.
 */
class ExpectedJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SAMPLES = Path.of("..", "specs", "samples");

  @TempDir Path folder;

  static Stream<String> samples() throws IOException {
    return Samples.list().stream().map(Sample::name);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void ourReaderFindsWhatIsExpected(String sample) throws IOException {
    JsonNode expected = JSON.readTree(Files.readString(SAMPLES.resolve(sample + ".json")));
    JsonNode dump = dump(sample);
    assertEquals(expected.path("machine"), dump.path("configuration").path("machine"));
    assertEquals(expected.path("version"), dump.path("stream_version"));
    assertEquals(
        expected.path("libvirt").path("format"), dump.path("libvirt").path("image_format"));
    assertEquals(blocks(expected), blocksOf(dump));
    assertEquals(sections(expected), sectionsOf(dump));
    assertEquals(counts(expected.path("page_records")), countsOf(dump, expected));
  }

  private JsonNode dump(String sample) throws IOException {
    Path image = folder.resolve("image");
    Samples.unpack(sample, image);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DumpOptions options = new DumpOptions(true, Optional.empty(), false, true, false, false);
    try (ByteSource source = Container.openState(image);
        Report report = new JsonReport(out)) {
      new Dump(options, ParseOptions.DEFAULT).run("image", source, report);
    }
    return JSON.readTree(out.toByteArray());
  }

  private static Map<String, List<Object>> blocks(JsonNode expected) {
    Map<String, List<Object>> result = new TreeMap<>();
    for (JsonNode block : expected.path("blocks")) {
      result.put(
          block.path("idstr").asText(),
          List.of(
              expected.path("page_size").asInt(),
              block.path("used_length").asLong(),
              block.path("address").asLong(),
              block.path("pages_offset").asLong(),
              block.path("sha256").asText()));
    }
    return result;
  }

  private static Map<String, List<Object>> blocksOf(JsonNode dump) {
    Map<String, String> hashes = new TreeMap<>();
    for (JsonNode block : dump.path("memory")) {
      hashes.put(block.path("block").asText(), block.path("sha256").asText());
    }
    Map<String, List<Object>> result = new TreeMap<>();
    for (JsonNode section : dump.path("sections")) {
      for (JsonNode block : section.path("blocks")) {
        String name = block.path("name").asText();
        result.put(
            name,
            List.of(
                section.path("page_size").asInt(),
                block.path("used_length").asLong(),
                Long.decode(block.path("address").asText("0")),
                block.path("pages_offset").asLong(),
                hashes.get(name)));
      }
    }
    return result;
  }

  /** Sections and commands, each in the order of the stream. */
  private static List<String> sections(JsonNode expected) {
    List<String> result = new ArrayList<>();
    for (JsonNode s : expected.path("sections")) {
      result.add(s.path("name").asText() + " " + s.path("instance") + " " + s.path("version"));
    }
    for (JsonNode command : expected.path("commands")) {
      result.add("command " + command);
    }
    result.add("description of " + expected.path("description").path("length").asInt());
    return result;
  }

  private static List<String> sectionsOf(JsonNode dump) {
    List<String> result = new ArrayList<>();
    List<String> commands = new ArrayList<>();
    int description = 0;
    for (JsonNode s : dump.path("sections")) {
      switch (s.path("record").asText()) {
        case "start", "full" ->
            result.add(
                s.path("name").asText() + " " + s.path("instance_id") + " " + s.path("version"));
        case "command" -> commands.add("command " + s.path("code"));
        // with the type and the length in front
        case "vmdescription" -> description = s.path("length").asInt() - 5;
        default -> {}
      }
    }
    result.addAll(commands);
    result.add("description of " + description);
    return result;
  }

  private static Map<String, Long> counts(JsonNode counts) {
    Map<String, Long> result = new TreeMap<>();
    counts.properties().forEach(e -> result.merge(e.getKey(), e.getValue().asLong(), Long::sum));
    return result;
  }

  /** Counts page records; mapped layouts have none. */
  private static Map<String, Long> countsOf(JsonNode dump, JsonNode expected) {
    Map<String, Long> result = new TreeMap<>();
    expected.path("page_records").fieldNames().forEachRemaining(kind -> result.put(kind, 0L));
    for (JsonNode section : dump.path("sections")) {
      if (section.path("blocks").path(0).has("pages_offset")) {
        return result;
      }
      counts(section.path("pages")).forEach((kind, count) -> result.merge(kind, count, Long::sum));
    }
    return result;
  }
}
