package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Recipes: the bundled ones are whole and documented, others are held to their form. */
class RecipeTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Path RECIPES =
      Path.of("src", "main", "resources", "org", "vmstate", "analyzer", "change", "recipes");

  @TempDir Path scratch;

  private ImageFacts facts() throws IOException {
    Path file = scratch.resolve("sample");
    Samples.unpack("pc", file);
    try (ByteSource source = ImageReader.open(file)) {
      return ImageFacts.read(source, ParseOptions.DEFAULT);
    }
  }

  private Recipe recipe(String text) throws IOException {
    return Recipe.read(Files.writeString(scratch.resolve("r.json"), text).toString());
  }

  @Test
  void bundledRecipesAreListedDocumentedAndOfTheSchema() throws IOException {
    List<String> files;
    try (Stream<Path> all = Files.list(RECIPES)) {
      files = all.map(f -> f.getFileName().toString().replace(".json", "")).sorted().toList();
    }
    assertEquals(Recipe.NAMES, files);
    String page = Files.readString(DOCS.resolve("breaks.md"));
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(DOCS.resolve("schema/recipe.schema.json")));
    for (String name : files) {
      JsonNode tree = new ObjectMapper().readTree(RECIPES.resolve(name + ".json").toFile());
      assertEquals(List.of(), List.copyOf(schema.validate(tree)), name);
      assertEquals(name, tree.path("recipe").asText());
      assertTrue(page.contains("| `" + name + "` |"), name);
      assertTrue(page.contains(tree.path("message").asText()), name);
      assertFalse(Recipe.read("bundled:" + name).summary().isEmpty(), name);
    }
  }

  @Test
  void stepIsDoneForEachSectionOrBlockThatFits() throws IOException {
    List<String> notes = new ArrayList<>();
    Recipe recipe =
        recipe(
            """
            {"recipe": "r", "steps": [
              {"when": {"section": "i8259", "version": 1}, "drop": "{section}"},
              {"when": {"block": "pc.r*", "machine": "pc-*"}, "drop-block": "{block}"},
              {"when": {"machine": "microvm"}, "machine": "q35"}]}
            """);
    List<Change> changes = recipe.changes(facts(), notes::add);
    assertEquals(
        List.of(
            new Change.DropSection("i8259#0"),
            new Change.DropSection("i8259#1"),
            new Change.DropBlock("pc.ram"),
            new Change.DropBlock("pc.rom")),
        changes);
    assertEquals(4, notes.size());
  }

  private void refused(String expected, String text) {
    ChangeException e = assertThrows(ChangeException.class, () -> recipe(text));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @Test
  void recipeOfAnotherFormIsRefused() {
    refused("expected a list of steps", "{\"recipe\": \"r\"}");
    refused("found stepz", "{\"stepz\": []}");
    refused("found drop and set", "{\"steps\": [{\"drop\": \"a\", \"set\": \"b=1\"}]}");
    refused("expected a change in each step", "{\"steps\": [{\"because\": \"x\"}]}");
    refused("nearest are", "{\"steps\": [{\"dorp\": \"a\"}]}");
    refused(
        "exclude each other",
        "{\"steps\": [{\"when\": {\"section\": \"a\", \"block\": \"b\"}, \"drop\": \"a\"}]}");
    refused("found sektion", "{\"steps\": [{\"when\": {\"sektion\": \"a\"}, \"drop\": \"a\"}]}");
    ChangeException e = assertThrows(ChangeException.class, () -> Recipe.read("bundled:isa-vga"));
    assertTrue(e.getMessage().contains("isa-vga-to-any"), e.getMessage());
  }
}
