package org.vmstate.analyzer.change;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.formats.rule.QemuRelease;

/**
 * Which targets meet a break: those of releases {@code since} one and {@code before} another, and,
 * with {@code lacks}, those that do not have the section; with {@code other}, those that write
 * descriptions in another form than the image's writer, which is the only sign of its release. What
 * else the target's own state has to be, {@link OwnCondition} says.
 *
 * @param since first release, empty for any
 * @param before first release that no longer meets it, empty for none
 * @param lacks whether only targets without the section meet it
 * @param other whether only targets of another age than the writer meet it
 * @param own what else its own state has to be
 */
record ReaderCondition(
    Optional<QemuRelease> since,
    Optional<QemuRelease> before,
    boolean lacks,
    boolean other,
    OwnCondition own) {
  private static final Set<String> MEMBERS =
      Stream.concat(Stream.of("since", "before", "lacks", "other"), OwnCondition.MEMBERS.stream())
          .collect(Collectors.toUnmodifiableSet());

  /**
   * Bytes in which the forms of descriptions differ: blanks in 5.2, the first member from 8.0 on.
   */
  static final int HEAD = 4;

  /** Reads the member of a recipe; a recipe without it is for no target by itself. */
  static Optional<ReaderCondition> of(String recipe, Object reader) throws ChangeException {
    if (reader == null) {
      return Optional.empty();
    }
    if (!(reader instanceof Map<?, ?> map)) {
      throw ChangeException.named(recipe + ": expected an object under reader");
    }
    for (Object key : map.keySet()) {
      if (!MEMBERS.contains(key)) {
        throw ChangeException.named(
            recipe + ": reader: expected one of " + new TreeSet<>(MEMBERS) + ", found " + key);
      }
    }
    Optional<QemuRelease> since = release(recipe, map.get("since"));
    Optional<QemuRelease> before = release(recipe, map.get("before"));
    if (since.isPresent() && before.isPresent() && since.get().compareTo(before.get()) >= 0) {
      throw ChangeException.named(
          recipe + ": reader: no release is since " + since.get() + " and before " + before.get());
    }
    return Optional.of(
        new ReaderCondition(
            since,
            before,
            isTrue(map, "lacks"),
            isTrue(map, "other"),
            new OwnCondition(recipe, map)));
  }

  private static boolean isTrue(Map<?, ?> map, String member) {
    return "true".equals(String.valueOf(map.get(member)));
  }

  private static Optional<QemuRelease> release(String recipe, Object text) throws ChangeException {
    if (text == null) {
      return Optional.empty();
    }
    String number = text.toString();
    if (!number.matches("\\d{1,3}\\.\\d{1,3}")) {
      throw ChangeException.named(
          recipe + ": reader: expected a release such as \"10.0\", found " + number);
    }
    return Optional.of(parse(number));
  }

  private static QemuRelease parse(String number) {
    String[] parts = number.split("\\.");
    return new QemuRelease(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
  }

  /** Reports whether a target meets the break in what was found in an image. */
  boolean meets(RecipeCondition.Match match, ImageFacts facts, TargetFacts target) {
    if (!target.qemu().matches("\\d{1,4}\\.\\d{1,4}(\\..*)?")) {
      return false;
    }
    QemuRelease release = parse(target.qemu());
    boolean here =
        since.filter(s -> release.compareTo(s) < 0).isEmpty()
            && before.filter(b -> release.compareTo(b) >= 0).isEmpty();
    String head = facts.head();
    boolean sameAge = !head.isEmpty() && target.description().startsWith(head.substring(0, HEAD));
    String section = match.section();
    return here
        && !(other && sameAge)
        && (!lacks
            || !target.sections().isEmpty()
                && target.sections().stream()
                    .noneMatch(s -> section.equals(s.name() + "#" + s.instance())))
        && own.meets(match, facts, target);
  }
}
