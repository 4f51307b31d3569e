package org.vmstate.analyzer.stats;

import java.util.ArrayList;
import java.util.List;

/** The rounds of a save; when there are too many to keep, neighbours are joined. */
final class Rounds {
  /** Most rounds that are kept apart. */
  static final int MOST = 1024;

  private final List<Round> list = new ArrayList<>();
  private long count;
  private long span = 1;

  /** Begins the next round and returns where to count it. */
  Round next() {
    count++;
    if (!list.isEmpty() && list.getLast().joined() < span) {
      list.getLast().joinNext();
      return list.getLast();
    }
    if (list.size() == MOST) {
      joinPairs();
    }
    list.add(new Round(count));
    return list.getLast();
  }

  private void joinPairs() {
    for (int i = 0; i < MOST / 2; i++) {
      Round round = list.get(2 * i);
      round.join(list.get(2 * i + 1));
      list.set(i, round);
    }
    list.subList(MOST / 2, MOST).clear();
    span *= 2;
  }

  /** Returns how many rounds there were. */
  long count() {
    return count;
  }

  List<Round> list() {
    return list;
  }

  Round total() {
    Round total = new Round(1);
    list.forEach(total::add);
    return total;
  }
}
