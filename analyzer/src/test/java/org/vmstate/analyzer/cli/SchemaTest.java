package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.samples.Sample;
import org.vmstate.analyzer.samples.Samples;

/** What the commands print as JSON is what the published schemas promise. */
class SchemaTest {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SCHEMAS = Path.of("..", "docs", "schema");

  static Stream<String> commands() throws IOException {
    return Samples.list().stream()
        .map(Sample::name)
        .flatMap(
            name ->
                Stream.of(
                    "info --output=json sample:" + name,
                    "info --devices --output=json sample:" + name,
                    "info --memory --output=json sample:" + name,
                    "map --output=json sample:" + name,
                    "map --level 4 --output=json sample:" + name,
                    "map --pages --output=json sample:" + name,
                    "stats --output=json sample:" + name,
                    "measure --output=json -O qemu-mapped-ram sample:" + name,
                    "compare --output=json sample:pc sample:" + name,
                    "check --output=json sample:" + name,
                    "check --output=json --align 4M sample:" + name,
                    "dump sample:" + name,
                    "dump --offsets sample:" + name,
                    "dump --memory sample:" + name,
                    "dump --memory --offsets sample:" + name,
                    "dump --memory=sha256 sample:" + name));
  }

  /** Returns what a verb's output has to fit. */
  static JsonSchema schema(String verb) throws IOException {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(Files.readString(SCHEMAS.resolve(verb + ".schema.json")));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void outputFitsTheSchema(String command) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String[] words = command.split(" ");
    try (Output.Redirect _ = Output.redirect(out)) {
      int exitCode = Main.run(words);
      assertTrue(exitCode == 0 || words[0].matches("check|compare"), command + ": " + exitCode);
    }
    assertEquals(Set.of(), schema(words[0]).validate(JSON.readTree(out.toByteArray())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stats-xbzrle stats --xbzrle --cache-size 4M --output=json sample:pc-xbzrle",
        "stats-xbzrle stats --xbzrle --output=json sample:pc-mapped",
        "stats-xbzrle stats --xbzrle --output=json sample:pc sample:pc-xbzrle",
        "simulate simulate save --memory 64M --xbzrle 2011 --output=json",
        "simulate simulate save --memory 64M --rate 100 -O qemu-mapped-ram --output=json",
        "simulate simulate dirty-log --steps 5 --pages 64 --output=json"
      })
  void outputOfOtherFormsFitsTheirSchemas(String line) throws IOException {
    String[] words = line.split(" ");
    CommandRun run = CommandRun.ok(Arrays.copyOfRange(words, 1, words.length));
    assertEquals(Set.of(), schema(words[0]).validate(JSON.readTree(run.out())));
  }

  @Test
  void somethingElseDoesNotFit() throws IOException {
    assertFalse(schema("dump").validate(JSON.readTree("{\"image\": 1}")).isEmpty());
    assertFalse(schema("info").validate(JSON.readTree("{}")).isEmpty());
  }
}
