package org.vmstate.analyzer.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The whole of the property, which takes hours and is asked for by {@code -Dcompleteness=full}. It
 * says how far it is, and {@code -Dcompleteness.shard=2/8} takes the second of eight parts.
 */
final class FullRun {
  private static final long SILENCE_NANOS = 60_000_000_000L;

  private final boolean asked = "full".equals(System.getProperty("completeness"));
  private final String[] shard = System.getProperty("completeness.shard", "1/1").split("/");
  private final String only = System.getProperty("completeness.only", "");
  private final long start = System.nanoTime();
  private long said = start;

  boolean isAsked() {
    return asked;
  }

  /** Returns the images of this part. */
  List<String> choose(List<String> images) {
    int part = Integer.parseInt(shard[0]) - 1;
    int parts = Integer.parseInt(shard[1]);
    return IntStream.range(0, images.size())
        .filter(i -> i % parts == part && images.get(i).contains(only))
        .mapToObj(images::get)
        .toList();
  }

  /** Says how far a run is, not more than once a minute, and when it is done. */
  void progress(JudgedImage image, String of, int done, int all) {
    long now = System.nanoTime();
    if (asked && (done == all || now - said > SILENCE_NANOS)) {
      said = now;
      System.out.printf(
          Locale.ROOT,
          "%s: %d of %d %s, %d runs, %d failures, %d s%n",
          image.name(),
          done,
          all,
          of,
          image.runs(),
          image.failures().size(),
          (now - start) / 1_000_000_000);
      image.failures().stream()
          .skip(Math.max(0, image.failures().size() - 5))
          .forEach(System.out::println);
    }
  }
}
