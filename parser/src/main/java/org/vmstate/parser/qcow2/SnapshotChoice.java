package org.vmstate.parser.qcow2;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds the snapshot that a user means. */
public final class SnapshotChoice {
  private static final String ID = "snapshot.id=";
  private static final String NAME = "snapshot.name=";
  private static final int LISTED = 20;

  private SnapshotChoice() {}

  /**
   * Finds the state that one of several snapshots holds.
   *
   * @param snapshots all of a disk
   * @param wanted an id or a name, {@code snapshot.id=ID} or {@code snapshot.name=NAME}; nothing
   *     for the only one that there is
   * @throws NoSuchSnapshotException when there is none, or more than one
   */
  public static Snapshot of(List<Snapshot> snapshots, Optional<String> wanted)
      throws NoSuchSnapshotException {
    List<Snapshot> states = snapshots.stream().filter(Snapshot::hasState).toList();
    try {
      return choose(states, wanted);
    } catch (NoSuchSnapshotException e) {
      Optional<Snapshot> empty = wanted.flatMap(text -> without(snapshots, text));
      if (empty.isEmpty()) {
        throw e;
      }
      throw new NoSuchSnapshotException(
          "-l "
              + wanted.get()
              + ": snapshot "
              + label(empty.get())
              + " has no VM state here, only the disk's content; a state of that name may be in"
              + " another disk of the guest");
    }
  }

  /** Finds a snapshot without a state. */
  private static Optional<Snapshot> without(List<Snapshot> snapshots, String text) {
    return snapshots.stream()
        .filter(
            s ->
                !s.hasState()
                    && (text.equals(s.id())
                        || text.equals(s.name())
                        || text.equals(ID + s.id())
                        || text.equals(NAME + s.name())))
        .findFirst();
  }

  /**
   * Finds the snapshot that is meant as the place of a state, whether it has one or not.
   *
   * @param text an id or a name, {@code snapshot.id=ID} or {@code snapshot.name=NAME}
   * @throws NoSuchSnapshotException when several are meant, or an id that there is not
   */
  public static Optional<Snapshot> place(List<Snapshot> snapshots, String text)
      throws NoSuchSnapshotException {
    if (text.startsWith(ID)) {
      Optional<Snapshot> found = byId(snapshots, text.substring(ID.length()));
      if (found.isEmpty()) {
        throw new NoSuchSnapshotException("-l " + text + ": no such snapshot");
      }
      return found;
    }
    if (text.startsWith(NAME)) {
      return byName(snapshots, text.substring(NAME.length()));
    }
    List<Snapshot> found =
        snapshots.stream().filter(s -> s.name().equals(text) || s.id().equals(text)).toList();
    if (found.size() > 1) {
      throw new NoSuchSnapshotException(
          "snapshot "
              + text
              + ": is the name or id of several, give snapshot.id= or snapshot.name=; nothing was"
              + " written");
    }
    return found.stream().findFirst();
  }

  /** Returns the name that a text gives to a snapshot that is new. */
  public static String newName(String text) {
    return text.startsWith(NAME) ? text.substring(NAME.length()) : text;
  }

  private static Snapshot choose(List<Snapshot> states, Optional<String> wanted)
      throws NoSuchSnapshotException {
    if (wanted.isEmpty()) {
      if (states.size() == 1) {
        return states.getFirst();
      }
      throw new NoSuchSnapshotException(
          states.isEmpty()
              ? "no snapshot with VM state here; one may be in another disk of the guest"
              : states.size() + " saved states, choose one with -l: " + list(states));
    }
    String text = wanted.get();
    if (text.startsWith(ID)) {
      return one(states, text, byId(states, text.substring(ID.length())));
    }
    if (text.startsWith(NAME)) {
      return one(states, text, byName(states, text.substring(NAME.length())));
    }
    Optional<Snapshot> id = byId(states, text);
    Optional<Snapshot> name = byName(states, text);
    if (id.isPresent() && name.isPresent() && id.get().index() != name.get().index()) {
      throw new NoSuchSnapshotException(
          "-l "
              + text
              + ": is the id of "
              + label(id.get())
              + " and the name of "
              + label(name.get())
              + "; give snapshot.id="
              + text
              + " or snapshot.name="
              + text);
    }
    return one(states, text, id.or(() -> name));
  }

  private static Snapshot one(List<Snapshot> states, String text, Optional<Snapshot> found)
      throws NoSuchSnapshotException {
    return found.orElseThrow(
        () ->
            new NoSuchSnapshotException(
                "-l "
                    + text
                    + ": no such snapshot with VM state"
                    + (states.isEmpty() ? "" : "; there is " + list(states))));
  }

  private static Optional<Snapshot> byId(List<Snapshot> states, String id) {
    return first(states, Snapshot::id, id);
  }

  /** Of several with one name QEMU takes the first. */
  private static Optional<Snapshot> byName(List<Snapshot> states, String name) {
    return first(states, Snapshot::name, name);
  }

  private static Optional<Snapshot> first(
      List<Snapshot> states, Function<Snapshot, String> key, String value) {
    return states.stream().filter(s -> key.apply(s).equals(value)).findFirst();
  }

  /** Returns id and name for people. */
  public static String label(Snapshot snapshot) {
    return snapshot.id() + " (" + snapshot.name() + ")";
  }

  private static String list(List<Snapshot> states) {
    return states.stream()
            .limit(LISTED)
            .map(SnapshotChoice::label)
            .collect(Collectors.joining(", "))
        + (states.size() > LISTED ? " and " + (states.size() - LISTED) + " more" : "");
  }
}
