package org.vmstate.analyzer.change;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.analyzer.report.JsonTree;
import org.vmstate.parser.ParseOptions;

/**
 * A list of changes with conditions, written down as JSON or YAML: {@code recipe}, {@code summary},
 * {@code source} and {@code steps}. A step has one change under the name of its kind, why under
 * {@code because}, and under {@code when} what has to be there; it is done once for each section or
 * block that fits. {@code {section}} and {@code {block}} stand for the name of what was found.
 */
public final class Recipe {
  private static final String BUNDLED = "bundled:";
  private static final Set<String> MEMBERS =
      Set.of(
          "recipe", "summary", "source", "from", "to", "message", "cost", "steps", "reader",
          "loads", "cure", "forced", "$schema");

  /** Stands for the target's own value of what {@code part_of} names. */
  private static final String OWN = "{own}";

  private static final Set<String> STRINGS = Set.of("because", "when");

  /** Names of the bundled recipes. */
  public static final List<String> NAMES =
      List.of(
          "dc390-10.0-to-7.2",
          "dc390-11.1-to-10.0",
          "dc390-11.1-to-7.2",
          "dc390-5.2-to-10.0",
          "dc390-7.2-to-10.0",
          "icp-server-dropped",
          "ipmi-bmc-sim-11.1-to-10.0",
          "isa-cirrus-vga-to-7.2",
          "isa-vga-11.1-to-10.0",
          "isa-vga-to-any",
          "isa-vga-to-older",
          "pckbd-7.2-to-5.2",
          "piix4-acpi-index-added",
          "piix4-acpi-index-removed",
          "rom-left-to-the-target",
          "second-ioapic-dropped",
          "second-isa-ide-dropped",
          "slirp-dropped",
          "switchover-10.0-to-7.2",
          "vga-vram-by-name",
          "vga-vram-by-path",
          "virtio-gpu-scanout-longer",
          "virtio-gpu-scanout-shorter",
          "virtio-mem-block-size",
          "virtio-net-tap-to-user",
          "virtio-net-uso");

  private record Step(RecipeCondition when, String because, ChangeKind kind, String change) {}

  private final String name;
  private final String summary;
  private final String message;
  private final String cost;
  private final String cure;
  private final boolean loads;
  private final boolean forced;
  private final Optional<ReaderCondition> reader;
  private final List<Step> steps = new ArrayList<>();

  private Recipe(String name, Map<?, ?> tree) throws ChangeException {
    for (Object key : tree.keySet()) {
      if (!MEMBERS.contains(key)) {
        throw ChangeException.named(
            name + ": expected one of " + new TreeSet<>(MEMBERS) + ", found " + key);
      }
    }
    this.name = name;
    this.summary = text(tree, "summary");
    this.message = text(tree, "message");
    this.cost = text(tree, "cost");
    this.cure = text(tree, "cure");
    this.loads = text(tree, "loads").equals("true");
    this.forced = text(tree, "forced").equals("true");
    this.reader = ReaderCondition.of(name, tree.get("reader"));
    if (!(tree.get("steps") instanceof List<?> list) || list.isEmpty()) {
      throw ChangeException.named(name + ": expected a list of steps");
    }
    for (Object step : list) {
      if (!(step instanceof Map<?, ?> map)) {
        throw ChangeException.named(name + ": expected an object for each step");
      }
      steps.add(step(map));
    }
  }

  private static String text(Map<?, ?> tree, String member) {
    return tree.get(member) instanceof String text ? text : "";
  }

  /** Returns the recipes for breaks that can be told by what the target says of itself. */
  public static List<Recipe> ofBreaks() throws IOException {
    List<Recipe> all = new ArrayList<>();
    for (String name : NAMES) {
      Recipe recipe = read(BUNDLED + name);
      if (recipe.reader.isPresent()) {
        all.add(recipe);
      }
    }
    return all;
  }

  /** Reads a recipe: a file, or a bundled one as {@code bundled:NAME}. */
  public static Recipe read(String place) throws IOException {
    if (!place.startsWith(BUNDLED)) {
      Path file = Path.of(place);
      if (!Files.isRegularFile(file)) {
        throw ChangeException.named(place + ": is no file; bundled recipes are bundled:NAME");
      }
      return new Recipe(place, RecipeText.object(file));
    }
    String wanted = place.substring(BUNDLED.length());
    if (!NAMES.contains(wanted)) {
      throw ChangeException.named(place + ": expected one of " + String.join(", ", NAMES));
    }
    try (InputStream in = Recipe.class.getResourceAsStream("recipes/" + wanted + ".json")) {
      return new Recipe(place, JsonTree.object(place, in));
    }
  }

  private Step step(Map<?, ?> map) throws ChangeException {
    Optional<ChangeKind> kind = Optional.empty();
    String change = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = String.valueOf(entry.getKey());
      if (STRINGS.contains(key)) {
        continue;
      }
      if (kind.isPresent()) {
        throw ChangeException.named(
            name + ": expected one change in a step, found " + kind.get().name() + " and " + key);
      }
      kind = ChangeKind.of(key);
      if (kind.isEmpty()) {
        throw ChangeException.unknown(
            name + ": step", key, ChangeKind.ALL.stream().map(ChangeKind::name).toList());
      }
      change = String.valueOf(entry.getValue());
    }
    if (kind.isEmpty()) {
      throw ChangeException.named(name + ": expected a change in each step, found none");
    }
    String because = map.get("because") instanceof String text ? text : "";
    return new Step(RecipeCondition.of(name, map.get("when")), because, kind.get(), change);
  }

  /** Returns where it was read from, {@code bundled:NAME} or a file. */
  public String name() {
    return name;
  }

  /** Returns what the loader says without it. */
  public String message() {
    return message;
  }

  /** Returns what it costs the guest. */
  public String cost() {
    return cost;
  }

  /** Returns what else helps, on the side of the target; may be empty. */
  public String cure() {
    return cure;
  }

  /** Reports whether the state loads without it, and is wrong then. */
  public boolean loads() {
    return loads;
  }

  /**
   * Returns the names of the sections or blocks in which a reader would meet the break, empty when
   * it does not.
   */
  public List<String> meets(ImageFacts facts, TargetFacts target) {
    Set<String> places = new LinkedHashSet<>();
    for (Step step : steps) {
      for (RecipeCondition.Match match : step.when.matches(facts)) {
        boolean met = reader.filter(r -> r.meets(match, facts, target)).isPresent();
        if (met) {
          places.add(
              match.section().isEmpty()
                  ? match.block().isEmpty() ? facts.machine() : match.block()
                  : match.section());
        }
      }
    }
    return List.copyOf(places);
  }

  /** Reports whether the guest would have to agree, so that it is only done when asked for. */
  public boolean isForced() {
    return forced;
  }

  /** Returns how much of an image has to be read to know the changes. */
  public ParseOptions.Extent extent() {
    return steps.stream().anyMatch(step -> step.when.asksForCommand())
        ? ParseOptions.Extent.WHOLE
        : ParseOptions.Extent.DEVICES;
  }

  /** Returns the machine type that it most likely gives an image, if it gives one. */
  public Optional<String> machine() {
    return steps.stream()
        .filter(step -> step.kind.name().equals("machine"))
        .map(Step::change)
        .findFirst();
  }

  /** Returns what it is for. */
  public String summary() {
    return summary;
  }

  /**
   * Returns the changes for an image whose target is not known.
   *
   * @param notes takes each change that is made, with its reason
   */
  public List<Change> changes(ImageFacts facts, Consumer<String> notes) throws ChangeException {
    return changes(facts, Optional.empty(), notes);
  }

  /**
   * Returns the changes for an image.
   *
   * @param target what the target said of itself, where it is known
   * @param notes takes each change that is made, with its reason
   * @throws ChangeException when a step takes a value of the target, which is not known
   */
  public List<Change> changes(
      ImageFacts facts, Optional<TargetFacts> target, Consumer<String> notes)
      throws ChangeException {
    List<Change> changes = new ArrayList<>();
    for (Step step : steps) {
      for (RecipeCondition.Match match : step.when.matches(facts)) {
        String text = match.fill(step.change);
        if (text.contains(OWN)) {
          Optional<Long> own =
              target.flatMap(t -> reader.flatMap(r -> r.own().value(match.section(), t)));
          if (own.isEmpty()) {
            throw ChangeException.named(
                name + ": takes a value of the target, see upgrade --target");
          }
          text = text.replace(OWN, String.valueOf(own.get()));
        }
        changes.add(step.kind.reader().read(text));
        notes.accept(
            step.kind.name() + " " + text + (step.because.isEmpty() ? "" : ": " + step.because));
      }
    }
    return changes;
  }
}
