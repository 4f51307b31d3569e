package org.vmstate.analyzer.simulate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * How saves of one guest go that differ by chance only.
 *
 * @param results one of each, the first with the rate as given
 */
record SaveOutcomes(List<SaveResult> results) {
  private static final int RUNS = 9;

  /** Writes after which no other save is tried, so that the answer does not take long. */
  private static final long ENOUGH = 40_000_000;

  /** Takes a copy. */
  SaveOutcomes {
    results = List.copyOf(results);
  }

  static SaveOutcomes of(SaveScenario scenario) {
    List<SaveResult> results = new ArrayList<>();
    long followed = 0;
    for (int i = 0; i < RUNS && followed < ENOUGH; i++) {
      SaveSimulation simulation = new SaveSimulation(scenario, new Chance(i));
      results.add(simulation.run());
      followed += simulation.followed();
    }
    return new SaveOutcomes(results);
  }

  /** Reports whether so many writes were followed that fewer saves were tried than others get. */
  boolean isCutShort() {
    return results.size() < RUNS;
  }

  /** Returns the one with the middle number of bytes among those that end as most do. */
  SaveResult middle() {
    boolean most = 2 * ending() >= results.size();
    List<SaveResult> same =
        results.stream()
            .filter(r -> r.never().isEmpty() == most)
            .sorted(Comparator.comparingLong(SaveResult::bytes))
            .toList();
    return same.get(same.size() / 2);
  }

  /** Returns how many converge. */
  int ending() {
    return (int) results.stream().filter(r -> r.never().isEmpty()).count();
  }

  long least(ToLongFunction<SaveResult> figure) {
    return results.stream().mapToLong(figure).min().orElseThrow();
  }

  long most(ToLongFunction<SaveResult> figure) {
    return results.stream().mapToLong(figure).max().orElseThrow();
  }
}
