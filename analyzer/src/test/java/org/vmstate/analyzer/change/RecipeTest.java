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

  private static final String TABLE =
      "| recipe | written by | read by | what broke | the loader says | what it costs the guest |"
          + " found by `check --target` |\n|---|---|---|---|---|---|---|\n";

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
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(DOCS.resolve("schema/recipe.schema.json")));
    StringBuilder rows = new StringBuilder();
    for (String name : files) {
      JsonNode tree = new ObjectMapper().readTree(RECIPES.resolve(name + ".json").toFile());
      assertEquals(List.of(), List.copyOf(schema.validate(tree)), name);
      assertEquals(name, tree.path("recipe").asText());
      rows.append(row(name, tree));
      assertFalse(Recipe.read("bundled:" + name).summary().isEmpty(), name);
    }
    String page = Files.readString(DOCS.resolve("breaks.md"));
    String head = page.substring(0, page.indexOf(TABLE) + TABLE.length());
    if ("update".equals(System.getProperty("transcripts"))) {
      Files.writeString(DOCS.resolve("breaks.md"), head + rows);
    }
    assertEquals(head + rows, Files.readString(DOCS.resolve("breaks.md")));
  }

  private static String row(String name, JsonNode tree) {
    StringBuilder row = new StringBuilder("| `" + name + "` |");
    for (String member : List.of("from", "to", "summary", "message", "cost")) {
      String text = tree.path(member).asText();
      row.append(member.equals("message") ? " `" + text + "` |" : " " + text + " |");
    }
    return row.append(tree.has("reader") ? " yes |\n" : " by name only |\n").toString();
  }

  @Test
  void yamlGivesTheSameTree() throws IOException {
    String yaml =
        """
        recipe: r
        steps:
          - when: {section: i8259, version: 1}   # both
            because: a reason
            drop: "{section}"
        """;
    Path file = Files.writeString(scratch.resolve("r.yaml"), yaml);
    List<Change> changes = Recipe.read(file.toString()).changes(facts(), note -> {});
    assertEquals(
        List.of(new Change.DropSection("i8259#0"), new Change.DropSection("i8259#1")), changes);
  }

  @Test
  void hostileYamlIsRefused() throws IOException {
    String bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n";
    for (String text :
        List.of(
            bomb,
            "a: &a [*a]\n",
            "recipe: x\nrecipe: y\n",
            "[".repeat(50_000),
            "{a: ".repeat(3_000),
            "a: !!java.lang.Runtime {}\n",
            "\u0000",
            "- 1\n",
            "'",
            "a: b: c\n")) {
      Path file = Files.writeString(scratch.resolve("r.yml"), text);
      ChangeException e =
          assertThrows(ChangeException.class, () -> Recipe.read(file.toString()), text);
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }
  }

  @Test
  void recipeThatContradictsItselfIsRefused() throws IOException {
    refused(
        "no release is since 11.0 and before 10.0",
        "{\"reader\": {\"since\": \"11.0\", \"before\": \"10.0\"}, \"steps\": [{\"drop\":"
            + " \"a\"}]}");
    refused(
        "expected a release", "{\"reader\": {\"since\": \"new\"}, \"steps\": [{\"drop\": \"a\"}]}");
    refused(
        "value belongs to a field",
        "{\"steps\": [{\"when\": {\"section\": \"a\", \"value\": 1}, \"drop\": \"a\"}]}");
    refused(
        "expected a number",
        "{\"steps\": [{\"when\": {\"section\": \"a\", \"version\": \"x\"}, \"drop\": \"a\"}]}");
    String twice = "{\"steps\": [{\"machine\": \"a\"}, {\"machine\": \"b\"}]}";
    ChangeException e =
        assertThrows(
            ChangeException.class,
            () -> ChangePlan.of(facts(), recipe(twice).changes(facts(), n -> {})));
    assertTrue(e.getMessage().contains("contradict"), e.getMessage());
    for (List<Change> changes :
        List.of(
            List.<Change>of(
                new Change.DropSection("timer2#0"), new Change.SetVersion("timer2#0", 1)),
            List.<Change>of(new Change.DropBlock("pc.rom"), new Change.ResizeBlock("pc.rom", 4096)),
            List.<Change>of(
                new Change.ResizeBlock("pc.rom", 8192), new Change.ResizeBlock("pc.rom", 4096)),
            List.<Change>of(
                ChangeText.set("cpu#0.env.eip=0x10"), ChangeText.set("cpu.env.eip=0x11")),
            List.<Change>of(
                ChangeText.set("cpu.env.eflags+=IF"), ChangeText.set("cpu.env.eflags-=IF")))) {
      assertThrows(ChangeException.class, () -> ChangePlan.of(facts(), changes));
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
