package org.vmstate.formats.rule;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which migration capabilities a release of QEMU knows, and which of them it refuses together: a
 * table that was made by asking that release ({@code .ci/capabilities}). Its lines:
 *
 * <pre>
 * capability NAME              the release knows it
 * alone NAME: MESSAGE          refused when no other one is set
 * with NAME OTHER              what was refused alone is accepted together with OTHER
 * refused NAME OTHER: MESSAGE  refused together
 * </pre>
 *
 * What is refused alone and with every other one depends on the host and is not refused here.
 */
public final class CapabilityTable {
  private static final Map<QemuRelease, CapabilityTable> READ = new HashMap<>();

  private final QemuRelease release;
  private final Set<String> names = new LinkedHashSet<>();
  private final Map<String, String> alone = new HashMap<>();
  private final Map<String, List<String>> helpers = new HashMap<>();
  private final Map<Set<String>, Refusal> refused = new LinkedHashMap<>();

  /**
   * Capabilities that a release does not accept.
   *
   * @param release who refuses
   * @param capability the first
   * @param other the second, or one that the first needs
   * @param isMissing whether {@code other} would have to be set
   * @param message in QEMU's words
   */
  public record Refusal(
      QemuRelease release, String capability, String other, boolean isMissing, String message) {
    /** Returns it in one sentence. */
    public String words() {
      return String.format(
          Locale.ROOT,
          "QEMU %s refuses %s %s %s: %s",
          release,
          capability,
          isMissing ? "without" : "with",
          other,
          message);
    }
  }

  private CapabilityTable(QemuRelease release) {
    this.release = release;
    String resource = "capabilities-" + release + ".txt";
    try (InputStream in = CapabilityTable.class.getResourceAsStream(resource)) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(this::line);
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  private void line(String line) {
    int colon = line.indexOf(": ");
    String[] words = (colon < 0 ? line : line.substring(0, colon)).split(" ");
    String message = colon < 0 ? "" : line.substring(colon + 2);
    switch (words[0]) {
      case "capability" -> names.add(words[1]);
      case "alone" -> alone.put(words[1], message);
      case "with" -> helpers.computeIfAbsent(words[1], n -> new ArrayList<>()).add(words[2]);
      default ->
          refused.put(
              Set.of(words[1], words[2]), new Refusal(release, words[1], words[2], false, message));
    }
  }

  /** Returns the table of a known release. */
  public static synchronized CapabilityTable of(QemuRelease release) {
    return READ.computeIfAbsent(release, CapabilityTable::new);
  }

  /** Returns the names that the release knows, in its order. */
  public Set<String> names() {
    return names;
  }

  /** Returns why the release does not accept these capabilities together, in its order. */
  public List<Refusal> refusals(Collection<String> set) {
    List<Refusal> result = new ArrayList<>();
    helpers.forEach(
        (name, others) -> {
          if (set.contains(name) && others.stream().noneMatch(set::contains)) {
            result.add(new Refusal(release, name, others.getFirst(), true, alone.get(name)));
          }
        });
    refused.forEach(
        (pair, refusal) -> {
          if (set.containsAll(pair)) {
            result.add(refusal);
          }
        });
    return result;
  }

  /** Returns what every release refuses that knows all of these capabilities. */
  public static Optional<Refusal> refusedEverywhere(Collection<String> set) {
    Refusal last = null;
    for (QemuRelease release : QemuRelease.KNOWN) {
      CapabilityTable table = of(release);
      if (table.names.containsAll(set)) {
        List<Refusal> found = table.refusals(set);
        if (found.isEmpty()) {
          return Optional.empty();
        }
        last = found.getFirst();
      }
    }
    return Optional.ofNullable(last);
  }

  /** Says what is wrong with a name; empty when the release knows it. */
  public Optional<String> unknown(String name) {
    if (names.contains(name)) {
      return Optional.empty();
    }
    List<String> others =
        QemuRelease.KNOWN.stream()
            .filter(r -> of(r).names.contains(name))
            .map(QemuRelease::toString)
            .toList();
    String more =
        others.isEmpty()
            ? Nearest.words(name, names)
            : "; QEMU "
                + String.join(" and ", others)
                + (others.size() == 1 ? " has it" : " have it");
    return Optional.of("capability " + name + ": not in QEMU " + release + more);
  }
}
