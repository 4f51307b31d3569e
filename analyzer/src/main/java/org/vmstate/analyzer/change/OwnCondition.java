package org.vmstate.analyzer.change;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.vmstate.analyzer.facts.FixedFields;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.vmdesc.DescriptionParser;

/**
 * What the target's own state has to be for it to meet a break: {@code own_with} and {@code
 * own_without} are paths of fields in its section of the same name, {@code own_field} and {@code
 * own_value} a value that has to be the same as the target's and is this one, {@code part_of} the
 * name of a value of which the target's own is a proper part, {@code has_block} and {@code
 * lacks_block} names of RAM blocks, {@code refuses} names of features of a virtio device of which
 * it does not offer one or more.
 */
final class OwnCondition {
  /** Names of its members. */
  static final Set<String> MEMBERS =
      Set.of(
          "own_with",
          "own_without",
          "own_field",
          "own_value",
          "part_of",
          "has_block",
          "lacks_block",
          "refuses");

  private final Map<?, ?> members;

  OwnCondition(String recipe, Map<?, ?> members) throws ChangeException {
    this.members = members;
    if (members.containsKey("own_field") != members.get("own_value") instanceof Long) {
      throw ChangeException.named(
          recipe + ": reader: own_field and the number own_value go together");
    }
  }

  private String text(String member, RecipeCondition.Match match) {
    Object value = members.get(member);
    return value == null ? "" : match.fill(value.toString());
  }

  boolean meets(RecipeCondition.Match match, ImageFacts facts, TargetFacts target) {
    String has = text("has_block", match);
    String lacks = text("lacks_block", match);
    boolean blocks =
        (has.isEmpty() || target.blocks().containsKey(has))
            && (lacks.isEmpty()
                || !target.blocks().isEmpty() && !target.blocks().containsKey(lacks));
    return blocks
        && isOfValue(match, target)
        && isPart(match, facts, target)
        && refuses(match, target)
        && isShaped(match, target);
  }

  private boolean isOfValue(RecipeCondition.Match match, TargetFacts target) {
    Object field = members.get("own_field");
    return field == null
        || members.get("own_value").equals(target.fixed().get(match.section() + "." + field));
  }

  /** Returns the target's own value of what {@code part_of} names, where it is known. */
  Optional<Long> value(String section, TargetFacts target) {
    return target.fixed().entrySet().stream()
        .filter(e -> isOf(section, e.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private boolean isOf(String section, String path) {
    return path.startsWith(section + ".") && path.endsWith("." + members.get("part_of"));
  }

  private boolean isPart(RecipeCondition.Match match, ImageFacts facts, TargetFacts target) {
    if (!members.containsKey("part_of")) {
      return true;
    }
    Optional<Long> own = value(match.section(), target).filter(v -> v > 0);
    ImageFacts.Found found = facts.sections().get(match.section());
    if (own.isEmpty() || found == null || found.state().isEmpty()) {
      return false;
    }
    List<Long> parts = new ArrayList<>();
    FixedFields.find(
        found.section(),
        DeviceDecoders.expand(found.state().get()),
        (path, field, sent) -> {
          if (isOf(match.section(), path) && sent > own.get() && sent % own.get() == 0) {
            parts.add(sent);
          }
        });
    return !parts.isEmpty();
  }

  private boolean refuses(RecipeCondition.Match match, TargetFacts target) {
    String names = text("refuses", match);
    if (names.isEmpty()) {
      return true;
    }
    return target.virtio().stream()
        .filter(v -> v.address().equals(match.device()))
        .anyMatch(
            v ->
                v.offered().isPresent()
                    ? (Features.bits(match.name(), names) & ~v.offered().getAsLong()) != 0
                    : Stream.of(names.split(",")).anyMatch(n -> v.refused().contains(n.strip())));
  }

  private boolean isShaped(RecipeCondition.Match match, TargetFacts target) {
    String with = text("own_with", match);
    String without = text("own_without", match);
    if (with.isEmpty() && without.isEmpty()) {
      return true;
    }
    byte[] text = target.description().getBytes(StandardCharsets.UTF_8);
    try {
      return text.length > 0
          && DescriptionParser.parse(text, 0, Limits.DEFAULT).devices().stream()
              .filter(d -> match.section().equals(d.name() + "#" + d.instance()))
              .anyMatch(
                  d ->
                      (with.isEmpty() || has(d.state(), with))
                          && (without.isEmpty() || !has(d.state(), without)));
    } catch (StateFormatException e) {
      // facts are written by people too
      return false;
    }
  }

  /** Reports whether a description has a field; names may have dots themselves. */
  private static boolean has(StateDesc state, String path) {
    return state.fields().stream()
            .anyMatch(
                f ->
                    path.equals(f.name())
                        || path.startsWith(f.name() + ".")
                            && f.nested().stream()
                                .anyMatch(n -> has(n, path.substring(f.name().length() + 1))))
        || state.subsections().stream()
            .anyMatch(
                s ->
                    path.startsWith(s.name() + ".")
                        && has(s, path.substring(s.name().length() + 1)));
  }
}
