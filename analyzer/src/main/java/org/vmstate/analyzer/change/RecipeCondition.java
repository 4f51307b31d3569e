package org.vmstate.analyzer.change;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.vmstate.formats.ram.RamBlock;

/**
 * When a step of a recipe is done: members {@code section}, {@code block}, {@code machine} and
 * {@code command} are names in which {@code *} stands for anything, {@code version}, {@code length}
 * (of the section's payload), {@code instance} and {@code block_length} are numbers, {@code field}
 * is a path below the section that has to be there, {@code value} the number that it has to have,
 * {@code bits} names of features of which it has one or more, {@code without} a path that must not
 * be there, {@code with_block} the name of a block that has to be there, too.
 */
final class RecipeCondition {
  private static final Set<String> MEMBERS =
      Set.of(
          "section",
          "block",
          "machine",
          "command",
          "version",
          "instance",
          "length",
          "block_length",
          "field",
          "value",
          "bits",
          "with_block",
          "without");

  private static final List<String> NUMBERS =
      List.of("version", "instance", "length", "block_length", "value");

  /**
   * What a condition found.
   *
   * @param section key of the section, empty where none was asked for
   * @param block name of the block
   */
  record Match(String section, String block) {
    /** Returns the section's name without its instance. */
    String name() {
      int hash = section.lastIndexOf('#');
      return hash < 0 ? section : section.substring(0, hash);
    }

    /** Returns the place on the buses where the section's device is. */
    String device() {
      return section.substring(0, Math.max(0, section.lastIndexOf('/')));
    }

    /** Fills in what was found. */
    String fill(String text) {
      return text.replace("{section}", section)
          .replace("{device}", device())
          .replace("{block}", block);
    }
  }

  private final Map<?, ?> members;

  private RecipeCondition(Map<?, ?> members) {
    this.members = members;
  }

  static RecipeCondition of(String recipe, Object when) throws ChangeException {
    if (when == null) {
      return new RecipeCondition(Map.of());
    }
    if (!(when instanceof Map<?, ?> map)) {
      throw ChangeException.named(recipe + ": expected an object under when");
    }
    for (Object key : map.keySet()) {
      if (!MEMBERS.contains(key)) {
        throw ChangeException.named(
            recipe + ": when: expected one of " + new TreeSet<>(MEMBERS) + ", found " + key);
      }
    }
    if (map.containsKey("section") && map.containsKey("block")) {
      throw ChangeException.named(recipe + ": when: section and block exclude each other");
    }
    if ((map.containsKey("value") || map.containsKey("bits")) && !map.containsKey("field")
        || map.containsKey("field") && !map.containsKey("section")) {
      throw ChangeException.named(recipe + ": when: value belongs to a field, field to a section");
    }
    for (String number : NUMBERS) {
      if (map.containsKey(number) && !(map.get(number) instanceof Long)) {
        throw ChangeException.named(
            recipe + ": when: " + number + ": expected a number, found " + map.get(number));
      }
    }
    return new RecipeCondition(map);
  }

  /** Reports whether it is about commands, which stand also between the pages. */
  boolean asksForCommand() {
    return members.containsKey("command");
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
    Object block = members.get("with_block");
    if (block != null && facts.blocks().stream().noneMatch(b -> b.name().equals(block))) {
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

  /** Reports whether one of the bits is set, which are features of a virtio device. */
  private boolean hasBits(ImageFacts.Found found, long value) {
    Object wanted = members.get("bits");
    if (wanted == null) {
      return true;
    }
    return (value & Features.bits(found.section().name(), wanted.toString())) != 0;
  }

  private boolean section(ImageFacts.Found found) {
    boolean named =
        fits("section", found.section().name())
            && equal("version", found.section().version())
            && equal("instance", found.section().instance())
            && equal("length", found.length());
    if (named && members.containsKey("without")) {
      String without = members.get("without").toString();
      named = found.state().isPresent() && !StateChange.has(found.state().get(), without);
    }
    if (!named || !members.containsKey("field")) {
      return named;
    }
    if (found.state().isEmpty()) {
      return false;
    }
    String field = GuestFeatures.path(found.state().get(), members.get("field").toString());
    if (!StateChange.has(found.state().get(), field)) {
      return false;
    }
    OptionalLong value = StateChange.value(found.state().get(), field);
    boolean compared = members.containsKey("value") || members.containsKey("bits");
    return !compared
        || value.isPresent()
            && equal("value", value.getAsLong())
            && hasBits(found, value.getAsLong());
  }
}
