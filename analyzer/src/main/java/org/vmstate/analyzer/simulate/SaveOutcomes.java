package org.vmstate.analyzer.simulate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * How saves of one guest go that differ by chance only.
 *
 * @param results one of each, the first with the rate as given
 */
record SaveOutcomes(List<SaveResult> results) {
  private static final int RUNS = 25;

  /** Writes after which no other save is tried, so that the answer does not take long. */
  private static final long ENOUGH = 40_000_000;

  /** Shares by which two saves may differ in bytes and in rounds and be taken for alike. */
  private static final double BYTES = 0.15;

  private static final double ROUNDS = 0.2;

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

  /**
   * Returns the one, among those that end as most do, that most of them are like; of several such
   * the one nearest to the middle number of bytes.
   */
  SaveResult middle() {
    boolean most = 2 * ending() >= results.size();
    List<SaveResult> same =
        results.stream()
            .filter(r -> r.never().isEmpty() == most)
            .sorted(Comparator.comparingLong(SaveResult::bytes))
            .toList();
    int middle = same.size() / 2;
    return IntStream.range(0, same.size())
        .boxed()
        .max(
            Comparator.<Integer>comparingLong(i -> alike(same.get(i), same))
                .thenComparingInt(i -> -Math.abs(i - middle)))
        .map(same::get)
        .orElseThrow();
  }

  private static long alike(SaveResult one, List<SaveResult> all) {
    return all.stream()
        .filter(
            other ->
                near(one.bytes(), other.bytes(), BYTES) && near(one.syncs(), other.syncs(), ROUNDS))
        .count();
  }

  private static boolean near(double one, double other, double share) {
    return Math.abs(one - other) <= other * share + 1e-9;
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
