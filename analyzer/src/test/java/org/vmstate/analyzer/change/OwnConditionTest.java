package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.analyzer.facts.TargetJson;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** What a target's own state has to be for a break: each member holds, or does not. */
class OwnConditionTest {
  @TempDir Path scratch;

  private ImageFacts facts() throws IOException {
    Path file = scratch.resolve("sample");
    Samples.unpack("pc", file);
    try (ByteSource source = ImageReader.open(file)) {
      return ImageFacts.read(source, ParseOptions.DEFAULT);
    }
  }

  private static TargetFacts target(Object... members) {
    Map<Object, Object> tree = new HashMap<>();
    tree.put("format", "vmstate-img target");
    tree.put("qemu", "10.0.2");
    for (int i = 0; i < members.length; i += 2) {
      tree.put(members[i], members[i + 1]);
    }
    return TargetJson.read(tree);
  }

  private boolean meets(String when, String reader, TargetFacts target) throws IOException {
    String text =
        "{\"recipe\": \"r\", \"reader\": {%s}, \"steps\": [{\"when\": {%s}, \"drop\": \"x\"}]}"
            .formatted(reader, when);
    Path file = Files.writeString(scratch.resolve("r.json"), text);
    return !Recipe.read(file.toString()).meets(facts(), target).isEmpty();
  }

  @Test
  void blocksOfTheTargetDecide() throws IOException {
    TargetFacts target = target("ram_blocks", Map.of("pc.ram", 1L, "0000:00:02.0/vga.vram", 1L));
    String rom = "\"block\": \"pc.rom\"";
    assertTrue(meets(rom, "\"lacks_block\": \"{block}\"", target));
    assertFalse(meets(rom, "\"lacks_block\": \"pc.ram\"", target));
    assertTrue(meets(rom, "\"has_block\": \"pc.ram\"", target));
    assertFalse(meets(rom, "\"has_block\": \"{block}\"", target));
    // a target that did not say its blocks lacks none
    assertFalse(meets(rom, "\"lacks_block\": \"{block}\"", target()));
    assertTrue(
        meets("\"section\": \"timer\", \"with_block\": \"pc.rom\"", "\"since\": \"2.0\"", target));
    assertFalse(
        meets("\"section\": \"timer\", \"with_block\": \"pc.x\"", "\"since\": \"2.0\"", target));
  }

  @Test
  void valuesOfTheTargetDecide() throws IOException {
    String bus = "\"section\": \"PCIBUS\"";
    String nirq = "\"own_field\": \"nirq\", \"own_value\": 4";
    assertTrue(meets(bus, nirq, target("fixed", Map.of("PCIBUS#0.nirq", 4L))));
    assertFalse(meets(bus, nirq, target("fixed", Map.of("PCIBUS#0.nirq", 8L))));
    assertFalse(meets(bus, nirq, target()));
    String part = "\"part_of\": \"nirq\"";
    assertTrue(meets(bus, part, target("fixed", Map.of("PCIBUS#0.nirq", 2L))));
    for (long own : new long[] {0, 3, 4, 8}) {
      assertFalse(meets(bus, part, target("fixed", Map.of("PCIBUS#0.nirq", own))), "own " + own);
    }
    assertThrows(
        ChangeException.class, () -> meets(bus, "\"own_field\": \"nirq\"", target("fixed", 1L)));
  }

  @Test
  void descriptionOfTheTargetDecides() throws IOException {
    String own =
        "{\"page_size\": 4096, \"devices\": [{\"name\": \"timer\", \"instance_id\": 0,"
            + " \"vmsd_name\": \"timer\", \"version\": 2, \"fields\": [{\"name\": \"a.b\","
            + " \"type\": \"uint8\", \"size\": 1}]}]}";
    String timer = "\"section\": \"timer\"";
    TargetFacts target = target("description", own);
    assertTrue(meets(timer, "\"own_with\": \"a.b\"", target));
    assertFalse(meets(timer, "\"own_with\": \"a\"", target));
    assertTrue(meets(timer, "\"own_without\": \"c\"", target));
    assertFalse(meets(timer, "\"own_without\": \"a.b\"", target));
    assertFalse(meets(timer, "\"own_without\": \"c\"", target("description", "{")));
    assertFalse(meets(timer, "\"own_without\": \"c\"", target()));
  }

  @Test
  void valueOfTheTargetIsTakenFromTheTargetOnly() throws IOException {
    Recipe recipe = Recipe.read("bundled:virtio-mem-block-size");
    assertEquals(List.of(), recipe.changes(facts(), note -> {}));
    String text =
        "{\"recipe\": \"r\", \"reader\": {\"part_of\": \"nirq\"}, \"steps\": [{\"when\":"
            + " {\"section\": \"PCIBUS\"}, \"set\": \"{section}.nirq={own}\"}]}";
    Recipe own = Recipe.read(Files.writeString(scratch.resolve("r.json"), text).toString());
    ChangeException e = assertThrows(ChangeException.class, () -> own.changes(facts(), note -> {}));
    assertTrue(e.getMessage().contains("upgrade --target"), e.getMessage());
    assertEquals(
        "[PCIBUS#0.nirq=2]",
        own.changes(facts(), Optional.of(target("fixed", Map.of("PCIBUS#0.nirq", 2L))), note -> {})
            .toString());
  }
}
