package org.vmstate.analyzer.change;

import java.util.List;
import java.util.Optional;

/**
 * The kinds of change as people write them: the options of {@code edit}, and the members of a
 * recipe's step, which have the same names without the dashes in front.
 *
 * @param name its name
 * @param label what it takes
 * @param help one line
 * @param reader reads what it takes
 */
public record ChangeKind(String name, String label, String help, Reader reader) {
  /** Makes a change of a text. */
  public interface Reader {
    /** Reads a change. */
    Change read(String text) throws ChangeException;
  }

  /** All kinds. */
  public static final List<ChangeKind> ALL =
      List.of(
          new ChangeKind(
              "set",
              "PATH=VALUE",
              "Give a field a value; += and -= change bits by name. Paths are those of dump.",
              ChangeText::set),
          new ChangeKind("drop", "SECTION", "Take a section away.", Change.DropSection::new),
          ofPair("rename", "OLD=NEW", "Give a section another name.", Change.RenameSection::new),
          ofPair(
              "instance",
              "SECTION=NUMBER",
              "Give a section another instance id.",
              (n, v) -> new Change.SetInstance(n, ChangeText.number("instance of " + n, v))),
          ofPair(
              "section-version",
              "SECTION=NUMBER",
              "Give a section another version.",
              (n, v) -> new Change.SetVersion(n, ChangeText.number("version of " + n, v))),
          new ChangeKind(
              "remove-subsection", "PATH", "Take a subsection away.", Change.RemoveSubsection::new),
          new ChangeKind("remove-field", "PATH", "Take a field away.", Change.RemoveField::new),
          ofPair(
              "insert-field",
              "AFTER=NAME:TYPE:VALUE",
              "Add a field after another, of type uint8 to uint64 or bool.",
              ChangeText::insert),
          ofPair(
              "virtio-mem-block-size",
              "SECTION=SIZE",
              "Give virtio-mem another block size, a part of the one it has; its bits follow.",
              (n, v) -> new Change.SetBlockSize(n, ChangeText.number("block size of " + n, v))),
          new ChangeKind("machine", "NAME", "Another machine type.", Change.SetMachine::new),
          new ChangeKind(
              "capability",
              "+NAME|-NAME",
              "List a capability in the configuration, or do not.",
              ChangeText::capability),
          new ChangeKind(
              "drop-command",
              "NAME",
              "Take a command away, such as switchover-start.",
              Change.DropCommand::new),
          ofPair(
              "rename-block", "OLD=NEW", "Give a RAM block another name.", Change.RenameBlock::new),
          ofPair(
              "resize-block",
              "BLOCK=SIZE",
              "Give a RAM block another length, as 256K; the end goes, or is zero.",
              (n, v) -> new Change.ResizeBlock(n, ChangeText.number("length of " + n, v))),
          new ChangeKind("drop-block", "BLOCK", "Take a RAM block away.", Change.DropBlock::new));

  private static ChangeKind ofPair(String name, String label, String help, ChangeText.Pair pair) {
    return new ChangeKind(name, label, help, text -> ChangeText.pair("--" + name, text, pair));
  }

  /** Finds a kind by its name. */
  public static Optional<ChangeKind> of(String name) {
    return ALL.stream().filter(k -> k.name.equals(name)).findFirst();
  }
}
