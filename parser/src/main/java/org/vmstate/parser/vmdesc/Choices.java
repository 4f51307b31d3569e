package org.vmstate.parser.vmdesc;

import java.util.ArrayList;
import java.util.List;

/** What is tried where no byte tells: each try takes another choice, the last decision first. */
final class Choices {
  private final List<Integer> chosen = new ArrayList<>();
  private final List<Integer> counts = new ArrayList<>();
  private int decisions;

  /** Begins a try. */
  void restart() {
    decisions = 0;
  }

  /** Returns which of a number of choices this try takes. */
  int choose(int count) {
    if (decisions == chosen.size()) {
      chosen.add(0);
      counts.add(count);
    }
    return chosen.get(decisions++);
  }

  /** Takes the next choice of the last decision that has one; false when all were tried. */
  boolean next() {
    while (!chosen.isEmpty()) {
      int last = chosen.removeLast() + 1;
      if (last < counts.getLast()) {
        chosen.add(last);
        return true;
      }
      counts.removeLast();
    }
    return false;
  }
}
