package org.vmstate.analyzer.replay;

import java.util.List;
import java.util.Optional;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/**
 * What a replay found.
 *
 * @param kind what was replayed
 * @param rounds rounds over memory
 * @param again pages sent after the first round that are not zero
 * @param recorded what the recording's own sender did, where it had deltas
 * @param encodings codecs, each with its caches
 */
public record Replayed(
    Kind kind,
    long rounds,
    long again,
    Optional<RecordedSender> recorded,
    List<Encoding> encodings) {
  /** Returning pages of which a sufficient cache misses at most one in so many. */
  private static final int ONE_IN = 20;

  /** Deltas are worth it when they save at least one byte in so many. */
  private static final int WORTH = 10;

  /** What was replayed. */
  public enum Kind {
    /** A save in rounds without deltas. */
    RECORDING,
    /** A save in rounds whose sender had a cache itself. */
    WITH_DELTAS,
    /** Two states of one guest. */
    TWO_STATES,
    /** An image that keeps nothing of the rounds. */
    FIXED
  }

  /** Takes a copy. */
  public Replayed {
    encodings = List.copyOf(encodings);
  }

  /** Returns the smallest cache with which pages that return are found. */
  public static Optional<Trial> smallest(Encoding encoding) {
    return encoding.trials().stream()
        .filter(t -> t.returning() > 0 && t.returningMisses() * ONE_IN <= t.returning())
        .findFirst();
  }

  /** Returns why deltas are not worth it, or nothing when they are. */
  public Optional<String> against(Encoding encoding) {
    if (kind == Kind.FIXED) {
      return Optional.of("pages have fixed places, which keep nothing of the rounds");
    }
    if (again == 0) {
      return Optional.of("no page was sent again");
    }
    Optional<Trial> found = smallest(encoding);
    if (encoding.trials().getFirst().returning() == 0) {
      return Optional.of("no page was sent more than once after the first round");
    }
    if (found.isEmpty()) {
      Trial largest = encoding.trials().getLast();
      return Optional.of(
          "none of these caches suffices: of "
              + largest.returning()
              + " pages that return, the largest misses "
              + largest.returningMisses());
    }
    Trial trial = found.get();
    long whole = trial.wholeWire();
    if ((whole - trial.wire()) * WORTH < whole) {
      return Optional.of(
          little(trial.statistics())
              + ", and "
              + Math.max(0, whole - trial.wire())
              + " of "
              + whole
              + " bytes are saved");
    }
    return Optional.empty();
  }

  /** Says why deltas save little with a cache that suffices. */
  private static String little(XbzrleStatistics counted) {
    if (counted.misses() > counted.overflow()) {
      return "most pages come once: "
          + counted.misses()
          + " of "
          + counted.lookups()
          + " were not in the cache";
    }
    return "pages change too much: "
        + counted.overflow()
        + " of "
        + counted.hits()
        + " deltas do not fit";
  }
}
