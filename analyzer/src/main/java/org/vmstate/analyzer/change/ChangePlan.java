package org.vmstate.analyzer.change;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.Capability;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.formats.stream.StreamFormat;

/**
 * Changes that were held to what an image has: names that mean nothing, values out of range and
 * changes that exclude each other are found here, before anything is written.
 */
public final class ChangePlan {
  /** Sections without which no machine goes on. */
  private static final Set<String> NEEDED = Set.of(RamFormat.IDSTR, "cpu", "cpu_common", "timer");

  private final ImageFacts facts;
  private final Map<String, SectionChange> sections = new LinkedHashMap<>();
  private final Map<String, BlockChange> blocks = new HashMap<>();
  private final List<Integer> commands = new ArrayList<>();
  private final List<String> capabilities;
  private String machine;

  private ChangePlan(ImageFacts facts) {
    this.facts = facts;
    this.machine = facts.machine();
    this.capabilities = new ArrayList<>(facts.configuration().capabilities());
  }

  /**
   * Makes a plan.
   *
   * @throws ChangeException when a change is not possible
   */
  public static ChangePlan of(ImageFacts facts, List<Change> changes) throws IOException {
    ChangePlan plan = new ChangePlan(facts);
    for (Change change : changes) {
      plan.add(change);
    }
    for (SectionChange section : plan.sections.values()) {
      plan.apply(section);
    }
    return plan;
  }

  private void apply(SectionChange change) throws ChangeException {
    ImageFacts.Found found = facts.sections().get(ImageFacts.key(change.before()));
    if (change.hasFields()) {
      if (change.isDropped()) {
        throw new ChangeException(
            "section " + change.before().name() + ": expected it to stay, as its fields change");
      }
      if (found.records().isEmpty()) {
        throw new ChangeException(
            "section " + change.before().name() + ": the description does not say its fields");
      }
      change.apply(found.records());
    }
    if (change.isHeaderChanged() && change.isDropped()) {
      throw new ChangeException("section " + change.before().name() + ": is changed and dropped");
    }
    if (change.isHeaderChanged()) {
      String key = ImageFacts.key(change.after());
      boolean moves = !key.equals(ImageFacts.key(change.before()));
      SectionChange other = sections.get(key);
      boolean taken =
          facts.sections().containsKey(key)
              && (other == null || !other.isDropped() && !other.isHeaderChanged());
      if (moves && taken) {
        throw new ChangeException("section " + key + ": is there already");
      }
    }
  }

  private SectionChange section(String name) throws ChangeException {
    ImageFacts.Found found = facts.section(name);
    return sections.computeIfAbsent(
        ImageFacts.key(found.section()), k -> new SectionChange(found.section()));
  }

  private void field(Change change, String path) throws ChangeException {
    Map.Entry<String, String> parts = facts.split(path);
    section(parts.getKey()).field(change, parts.getValue());
  }

  private BlockChange block(String name) throws ChangeException {
    facts.block(name);
    return blocks.computeIfAbsent(name, BlockChange::new);
  }

  private void add(Change change) throws ChangeException {
    switch (change) {
      case Change.SetField c -> field(c, c.path());
      case Change.RemoveField c -> field(c, c.path());
      case Change.InsertField c -> field(c, c.after());
      case Change.RemoveSubsection c -> field(c, c.path());
      case Change.SetBlockSize c -> section(c.section()).field(c, "");
      case Change.DropSection c -> {
        if (NEEDED.contains(facts.section(c.section()).section().name())) {
          throw new ChangeException("section " + c.section() + ": no machine goes on without it");
        }
        section(c.section()).drop();
      }
      case Change.RenameSection c -> section(c.section()).name(c.name());
      case Change.SetInstance c -> section(c.section()).instance(c.instance());
      case Change.SetVersion c -> section(c.section()).version(c.version());
      case Change.DropCommand c -> command(c.command());
      case Change.SetMachine c -> {
        configured();
        if (c.machine().isEmpty() || c.machine().length() > 255) {
          throw new ChangeException(
              "machine type: expected 1 to 255 bytes, found " + c.machine().length());
        }
        once("machine type", machine, facts.machine(), c.machine());
        machine = c.machine();
      }
      case Change.SetCapability c -> capability(c);
      case Change.RenameBlock c -> block(c.block()).rename(c.name(), facts);
      case Change.ResizeBlock c -> block(c.block()).resize(c.length(), facts.block(c.block()));
      case Change.DropBlock c -> block(c.block()).drop();
    }
  }

  /** Requires that a value was not changed to another one before. */
  static <T> void once(String what, T now, T before, T wanted) throws ChangeException {
    if (!now.equals(before) && !now.equals(wanted)) {
      throw new ChangeException(
          what + ": changes contradict each other: " + now + " and " + wanted);
    }
  }

  private void configured() throws ChangeException {
    if (!facts.configuration().present()) {
      throw new ChangeException("configuration: expected one, the stream has none");
    }
  }

  private void capability(Change.SetCapability c) throws ChangeException {
    configured();
    if (c.capability().isEmpty() || c.capability().length() > 255) {
      throw new ChangeException("capability: expected 1 to 255 bytes, found " + c.capability());
    }
    boolean layout =
        switch (c.capability()) {
          case Capability.MAPPED_RAM, Capability.FIXED_RAM, Capability.IGNORE_SHARED -> true;
          default -> false;
        };
    if (layout) {
      throw new ChangeException(
          "capability " + c.capability() + ": says what the layout is; convert changes it");
    }
    boolean before = capabilities.contains(c.capability());
    if (before == c.listed()) {
      throw new ChangeException(
          "capability " + c.capability() + ": is " + (before ? "listed already" : "not listed"));
    }
    if (c.listed()) {
      capabilities.add(c.capability());
    } else {
      capabilities.remove(c.capability());
    }
  }

  /** Commands stand also between the pages, which the plan has not seen. */
  private void command(String label) throws ChangeException {
    for (CommandType type : CommandType.values()) {
      if (type.label().equals(label)) {
        commands.add(type.ordinal());
        return;
      }
    }
    throw ChangeException.unknown(
        "command", label, Arrays.stream(CommandType.values()).map(CommandType::label).toList());
  }

  /**
   * Requires that the commands that go are among those that were met.
   *
   * @throws ChangeException when one is not
   */
  void requireCommands(Set<Integer> met) throws ChangeException {
    for (int code : commands) {
      if (!met.contains(code)) {
        throw ChangeException.unknown(
            "command",
            CommandType.of(code).label(),
            met.stream().map(c -> CommandType.of(c).label()).toList());
      }
    }
  }

  ImageFacts facts() {
    return facts;
  }

  SectionChange sectionOf(String key) {
    return sections.get(key);
  }

  BlockChange blockOf(String name) {
    return blocks.get(name);
  }

  boolean drops(int command) {
    return commands.contains(command);
  }

  String machine() {
    return machine;
  }

  List<String> capabilities() {
    return capabilities;
  }

  boolean changesConfiguration() {
    return !machine.equals(facts.machine())
        || !capabilities.equals(facts.configuration().capabilities());
  }

  boolean changesCapabilities() {
    return !capabilities.equals(facts.configuration().capabilities());
  }

  boolean changesBlocks() {
    return !blocks.isEmpty();
  }

  boolean changesSections() {
    return !sections.isEmpty();
  }

  /** Reports whether the stream is of the version that can be changed. */
  boolean isSupported() {
    return facts.configuration().version() == StreamFormat.VERSION;
  }
}
