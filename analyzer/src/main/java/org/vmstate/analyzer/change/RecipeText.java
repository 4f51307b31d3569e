package org.vmstate.analyzer.change;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.vmstate.analyzer.output.GivenFile;
import org.vmstate.analyzer.report.JsonTree;

/**
 * Reads the text of a recipe: YAML where the file's name ends so, else JSON. Both give the same
 * tree. YAML has no aliases here, as nested ones grow without bound, and at most 1 MiB.
 */
final class RecipeText {
  private static final int MOST = 1 << 20;
  private static final int MOST_DEPTH = 50;

  private RecipeText() {}

  static Map<?, ?> object(Path file) throws IOException {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (!name.endsWith(".yaml") && !name.endsWith(".yml")) {
      return JsonTree.object(file);
    }
    GivenFile.requireFile(file);
    if (Files.size(file) > MOST) {
      throw ChangeException.named(file + ": expected at most 1 MiB of YAML");
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(MOST)
            .setMaxAliasesForCollections(0)
            .setAllowDuplicateKeys(false)
            .setAllowRecursiveKeys(false)
            .setLabel(file.toString())
            .build();
    try {
      if (plain(new Load(settings).loadFromString(text), 0) instanceof Map<?, ?> map) {
        return map;
      }
    } catch (YamlEngineException e) {
      throw ChangeException.named(
          file + ": " + e.getMessage().lines().findFirst().orElse("no YAML"));
    } catch (StackOverflowError e) {
      throw ChangeException.named(file + ": is nested too deeply");
    }
    throw ChangeException.named(file + ": expected a mapping");
  }

  /** Makes the tree that JSON would give: numbers are long, everything else is a string. */
  private static Object plain(Object value, int depth) throws ChangeException {
    if (depth > MOST_DEPTH) {
      throw new ChangeException("recipe: is nested more than " + MOST_DEPTH + " deep");
    }
    switch (value) {
      case null -> {
        return "";
      }
      case Map<?, ?> map -> {
        Map<String, Object> result = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          result.put(String.valueOf(entry.getKey()), plain(entry.getValue(), depth + 1));
        }
        return result;
      }
      case List<?> list -> {
        List<Object> result = new ArrayList<>();
        for (Object o : list) {
          result.add(plain(o, depth + 1));
        }
        return result;
      }
      case Integer n -> {
        return n.longValue();
      }
      case Long n -> {
        return n;
      }
      default -> {
        return String.valueOf(value);
      }
    }
  }
}
