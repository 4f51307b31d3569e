package org.vmstate.formats.rule;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names that are most like one that is not there. */
public final class Nearest {
  private static final int SHOWN = 3;
  private static final int MOST_COMPARED = 2000;

  private Nearest() {}

  /** Returns the end of a message, which names the three nearest; empty where there is no name. */
  public static String words(String wanted, Collection<String> names) {
    List<String> near =
        names.stream()
            .distinct()
            .limit(MOST_COMPARED)
            .sorted(
                Comparator.comparingInt((String n) -> apart(wanted, n))
                    .thenComparing(Comparator.naturalOrder()))
            .limit(SHOWN)
            .toList();
    return near.isEmpty() ? "" : "; nearest are " + String.join(", ", near);
  }

  /** The last part of a device path is what people know. */
  private static int apart(String wanted, String name) {
    int whole = distance(wanted, name);
    int slash = name.lastIndexOf('/');
    return slash < 0 ? whole : Math.min(whole, distance(wanted, name.substring(slash + 1)));
  }

  /** Returns how many letters have to change to make one name of the other. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? diagonal : diagonal + 1;
        diagonal = row[j];
        row[j] = Math.min(same, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
