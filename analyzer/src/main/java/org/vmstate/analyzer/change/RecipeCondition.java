package org.vmstate.analyzer.change;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.vmstate.formats.ram.RamBlock;

/**
 * When a step of a recipe is done: members {@code section}, {@code block}, {@code machine} and
 * {@code command} are names in which {@code *} stands for anything, {@code version}, {@code length}
 * (of the section's payload) and {@code block_length} are numbers, {@code field} is a path below
 * the section that has to be there.
 */
final class RecipeCondition {
  private static final Set<String> MEMBERS =
      Set.of(
          "section", "block", "machine", "command", "version", "length", "block_length", "field");

  /**
   * What a condition found.
   *
   * @param section key of the section, empty where none was asked for
   * @param block name of the block
   */
  record Match(String section, String block) {}

  private final Map<?, ?> members;

  private RecipeCondition(Map<?, ?> members) {
    this.members = members;
  }

  static RecipeCondition of(String recipe, Object when) throws ChangeException {
    if (when == null) {
      return new RecipeCondition(Map.of());
    }
    if (!(when instanceof Map<?, ?> map)) {
      throw new ChangeException(recipe + ": expected an object under when");
    }
    for (Object key : map.keySet()) {
      if (!MEMBERS.contains(key)) {
        throw new ChangeException(
            recipe + ": when: expected one of " + new TreeSet<>(MEMBERS) + ", found " + key);
      }
    }
    if (map.containsKey("section") && map.containsKey("block")) {
      throw new ChangeException(recipe + ": when: section and block exclude each other");
    }
    return new RecipeCondition(map);
  }

  private boolean fits(String member, String name) {
    Object wanted = members.get(member);
    if (wanted == null) {
      return true;
    }
    String pattern = "\\Q" + wanted.toString().replace("*", "\\E.*\\Q") + "\\E";
    return Pattern.matches(pattern, name);
  }

  private boolean equal(String member, long value) {
    Object wanted = members.get(member);
    return wanted == null || wanted instanceof Long number && number == value;
  }

  List<Match> matches(ImageFacts facts) {
    boolean here =
        fits("machine", facts.machine())
            && (!members.containsKey("command")
                || facts.commands().stream().anyMatch(c -> fits("command", c)));
    if (!here) {
      return List.of();
    }
    if (members.containsKey("section")) {
      return facts.sections().entrySet().stream()
          .filter(e -> section(e.getValue()))
          .map(e -> new Match(e.getKey(), ""))
          .toList();
    }
    if (members.containsKey("block")) {
      return facts.blocks().stream()
          .filter(b -> fits("block", b.name()) && equal("block_length", b.usedLength()))
          .map(RamBlock::name)
          .map(n -> new Match("", n))
          .toList();
    }
    return List.of(new Match("", ""));
  }

  private boolean section(ImageFacts.Found found) {
    boolean named =
        fits("section", found.section().name())
            && equal("version", found.section().version())
            && equal("length", found.length());
    if (!named || !members.containsKey("field")) {
      return named;
    }
    return found.state().isPresent()
        && StateChange.has(found.state().get(), members.get("field").toString());
  }
}
