package org.vmstate.analyzer.simulate;

import java.util.List;
import java.util.Optional;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/**
 * How a simulated save went.
 *
 * @param rounds what each round sent
 * @param never why it never ends; nothing when it converged
 * @param seconds time until what was left fitted, or until it was plain that it never does
 * @param downtime seconds for which it then stood still
 * @param bytes bytes sent
 * @param fileSize length of the file
 * @param allocated bytes of the file that hold something
 * @param statistics what the sender of deltas counted
 */
record SaveResult(
    List<SaveRound> rounds,
    Optional<String> never,
    double seconds,
    double downtime,
    long bytes,
    long fileSize,
    long allocated,
    Optional<XbzrleStatistics> statistics) {

  /** Takes a copy. */
  SaveResult {
    rounds = List.copyOf(rounds);
  }

  /** Returns the times that the dirty bitmap was fetched. */
  int syncs() {
    return rounds.size();
  }

  /**
   * A round: from one look at the dirty bitmap to the next.
   *
   * @param second when it began
   * @param dirty dirty pages at that time
   * @param pages pages sent
   * @param bytes bytes sent
   */
  record SaveRound(double second, long dirty, long pages, long bytes) {}
}
