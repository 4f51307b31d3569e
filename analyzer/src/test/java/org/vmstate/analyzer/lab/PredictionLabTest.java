package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.replay.Caches;
import org.vmstate.analyzer.replay.DeltaReplay;
import org.vmstate.analyzer.replay.Encoding;
import org.vmstate.analyzer.replay.RecordedCache;
import org.vmstate.analyzer.replay.RecordedSender;
import org.vmstate.analyzer.replay.Replayed;
import org.vmstate.analyzer.replay.Trial;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * The replay of a save without deltas predicts what a save with them shows, and the replay of the
 * latter counts what QEMU counted.
 */
class PredictionLabTest {
  private static final long MIB = 1L << 20;
  private static final boolean WIDE = Boolean.getBoolean("lab.wide");
  private static final int PAGES = 4096;
  private static final int PAGE = 4096;
  private static final long ENOUGH = (long) PAGES * PAGE;
  private static final long MILLISECONDS = 4000;
  private static final double NEAR = 0.05;

  @TempDir Path folder;

  private final Map<String, Long> before = new HashMap<>();

  private static Replayed replay(Path image, Long... sizes) throws IOException {
    Caches caches = new Caches(Optional.of("current"), List.of(sizes));
    try (DeltaReplay replay = new DeltaReplay(caches);
        ByteSource source = ImageReader.open(image)) {
      replay.read(source, ParseOptions.DEFAULT);
      return replay.result();
    }
  }

  private static Encoding only(Replayed replayed) {
    return replayed.encodings().getFirst();
  }

  /** QEMU goes on counting from one save of a process to the next. */
  private long counted(JsonNode theirs, String name) {
    long all = theirs.path(name).asLong();
    return all - before.getOrDefault(name, 0L);
  }

  /** A save with deltas: what QEMU says of it, and what its replay says. */
  private record Save(double missRate, long rounds, boolean sufficient) {}

  private Save withDeltas(Qemu qemu, long cache) throws IOException, InterruptedException {
    Path image = folder.resolve("deltas");
    qemu.call("cont");
    qemu.enable("xbzrle");
    qemu.call("migrate-set-parameters", "{\"xbzrle-cache-size\": " + cache + "}");
    JsonNode theirs = qemu.save("file:" + image, MILLISECONDS).path("xbzrle-cache");
    Replayed replayed = replay(image, cache);
    RecordedSender ours = replayed.recorded().orElseThrow();
    RecordedCache likely = ours.likely().orElseThrow();
    long overflow = counted(theirs, "overflow");
    long miss = counted(theirs, "cache-miss");
    long pages = counted(theirs, "pages");
    String text = theirs + " after " + before + " contradictions " + likely.contradictions();
    assertEquals(miss + overflow, ours.misses() + ours.unclear(), text);
    assertEquals(miss, likely.misses(), text);
    assertEquals(overflow, likely.overflow(), text);
    assertEquals(counted(theirs, "bytes"), ours.deltaBytes() + overflow * PAGE, text);
    assertTrue(pages >= ours.deltas() + overflow, text);
    for (String name : List.of("overflow", "cache-miss", "bytes", "pages")) {
      before.put(name, theirs.path(name).asLong());
    }
    Files.delete(image);
    return new Save(
        (double) miss / (pages + miss),
        replayed.rounds(),
        Replayed.smallest(only(replayed)).isPresent());
  }

  /**
   * Within 0.05, or the replay says that it cannot know, and is right for each number of rounds.
   */
  private static void requireNear(WritingGuest.Pattern pattern, Trial predicted, Save real) {
    double rate = predicted.missRate();
    int rounds = predicted.missRates().size();
    String text =
        String.format(
            Locale.ROOT,
            "%s, cache %d: predicted %.3f after %d rounds, QEMU %.3f after %d",
            pattern,
            predicted.cacheBytes(),
            rate,
            rounds,
            real.missRate(),
            real.rounds());
    if (Math.abs(rate - real.missRate()) > NEAR) {
      assertTrue(predicted.mayEndEarlier() && real.rounds() < rounds, text);
      rate = predicted.missRates().get((int) real.rounds() - 1);
      text += String.format(Locale.ROOT, ", predicted then %.3f", rate);
    }
    assertEquals(real.missRate(), rate, NEAR, text);
    if (WIDE) {
      System.out.println(text);
    }
  }

  /** One is enough for each build; -Dlab.wide=true takes all. */
  static Stream<WritingGuest.Pattern> patterns() {
    return WIDE ? Stream.of(WritingGuest.Pattern.values()) : Stream.of(WritingGuest.Pattern.RANDOM);
  }

  @ParameterizedTest
  @MethodSource("patterns")
  void recordingWithoutDeltasPredicts(WritingGuest.Pattern pattern) throws Exception {
    Lab.require();
    try (Qemu qemu = WritingGuest.start(folder, pattern, PAGES, 1024, 0)) {
      qemu.call(
          "migrate-set-parameters",
          "{\"max-bandwidth\": " + 40 * MIB + ", \"downtime-limit\": 20}");
      Path plain = folder.resolve("plain");
      qemu.save("file:" + plain, MILLISECONDS);
      List<Long> sizes = List.of(ENOUGH / 4, ENOUGH / 2, ENOUGH, 2 * ENOUGH);
      Encoding predicted = only(replay(plain, sizes.toArray(Long[]::new)));
      long smallest = Replayed.smallest(predicted).orElseThrow().cacheBytes();
      assertEquals(ENOUGH, smallest);
      for (Trial trial : predicted.trials()) {
        if (trial.cacheBytes() <= ENOUGH && (WIDE || trial.cacheBytes() >= ENOUGH / 2)) {
          Save real = withDeltas(qemu, trial.cacheBytes());
          assertEquals(trial.cacheBytes() == ENOUGH, real.sufficient());
          if (real.sufficient()) {
            assertTrue(trial.mayEndEarlier());
          } else {
            requireNear(pattern, trial, real);
          }
        }
      }
    }
  }
}
