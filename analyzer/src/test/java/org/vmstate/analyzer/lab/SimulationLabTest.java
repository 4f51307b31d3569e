package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.simulate.SavePrinter;
import org.vmstate.analyzer.simulate.Saves;

/**
 * {@code simulate save} says what a real save then does: whether it ends, its bytes and rounds.
 * Three saves that the link rules are part of each build; on a quiet machine -Dlab.wide=true takes
 * twelve, and -Dlab.random=SEED twenty that nobody chose.
 */
class SimulationLabTest {
  private static final long MIB = 1L << 20;
  private static final int PAGE = 4096;
  private static final int DATA = 1024;

  /** Pages of firmware and of the kernel's first bytes. */
  private static final int OTHER = 90;

  private static final int BYTES_PERCENT = 15;
  private static final int ROUNDS_PERCENT = 20;
  private static final int RANDOM = 20;

  /** Seconds by which the guest is stopped later than it should be, as its end is asked for. */
  private static final double ASKED_AGAIN = 0.03;

  @TempDir Path folder;

  /**
   * A save.
   *
   * @param buffer MiB that are written
   * @param pause ticks of the processor between two writes
   * @param bandwidth MiB in a second
   * @param downtime milliseconds
   * @param cache MiB of the cache for deltas, 0 for none
   * @param seconds after which the guest is stopped
   */
  record Scenario(
      WritingGuest.Pattern pattern,
      int buffer,
      int pause,
      int bandwidth,
      int downtime,
      String layout,
      int cache,
      int seconds) {
    int pages() {
      return (int) (buffer * MIB / PAGE);
    }
  }

  static Stream<Scenario> scenarios() {
    Integer seed = Integer.getInteger("lab.random");
    if (seed != null) {
      Random random = new Random(seed);
      return Stream.generate(() -> any(random)).limit(RANDOM);
    }
    List<Scenario> ruledByTheLink =
        List.of(
            new Scenario(WritingGuest.Pattern.RANDOM, 32, 500_000, 16, 200, "qemu", 0, 6),
            new Scenario(WritingGuest.Pattern.HOT, 24, 200_000, 24, 100, "qemu", 0, 6),
            new Scenario(WritingGuest.Pattern.HOT, 16, 100_000, 16, 150, "qemu", 16, 6));
    if (!Boolean.getBoolean("lab.wide")) {
      return ruledByTheLink.stream();
    }
    List<Scenario> all = new ArrayList<>(ruledByTheLink);
    String mapped = "qemu-mapped-ram";
    all.addAll(
        List.of(
            new Scenario(WritingGuest.Pattern.LOOP, 12, 0, 24, 100, "qemu", 0, 6),
            new Scenario(WritingGuest.Pattern.LOOP, 12, 300_000, 64, 60, "qemu", 0, 6),
            new Scenario(WritingGuest.Pattern.LOOP, 12, 100_000, 24, 100, "qemu", 16, 6),
            new Scenario(WritingGuest.Pattern.SWEEP, 24, 200_000, 32, 150, "qemu", 0, 6),
            new Scenario(WritingGuest.Pattern.SWEEP, 24, 50_000, 64, 150, mapped, 0, 6),
            new Scenario(WritingGuest.Pattern.SWEEP, 12, 60_000, 20, 80, "qemu", 16, 6),
            new Scenario(WritingGuest.Pattern.RANDOM, 16, 100_000, 48, 100, mapped, 0, 6),
            new Scenario(WritingGuest.Pattern.RANDOM, 16, 0, 32, 120, "qemu", 8, 6),
            new Scenario(WritingGuest.Pattern.HOT, 16, 100_000, 28, 60, mapped, 0, 6)));
    return all.stream();
  }

  private static Scenario any(Random random) {
    boolean mapped = random.nextInt(4) == 0;
    boolean deltas = !mapped && random.nextInt(3) == 0;
    return new Scenario(
        WritingGuest.Pattern.values()[random.nextInt(4)],
        one(random, 6, 8, 12, 16, 20, 24, 32),
        one(random, 0, 40_000, 80_000, 120_000, 200_000, 300_000, 500_000, 800_000),
        one(random, 12, 16, 24, 32, 40, 48, 64),
        one(random, 40, 60, 100, 150, 200, 300),
        mapped ? "qemu-mapped-ram" : "qemu",
        deltas ? one(random, 8, 16, 32) : 0,
        6);
  }

  private static int one(Random random, int... values) {
    return values[random.nextInt(values.length)];
  }

  private static JsonNode simulated(Scenario one, double rate) throws IOException {
    long memory = WritingGuest.megabytes(one.pages()) * MIB;
    double others = (double) memory / PAGE - one.pages();
    Saves saves =
        new Saves(
            memory,
            PAGE,
            1 - (DATA + OTHER) / others,
            new Saves.LoadSpec(
                one.pattern().name().toLowerCase(Locale.ROOT),
                // and the page of its counter
                one.buffer() * MIB + PAGE,
                rate,
                100.0 * WritingGuest.HOT_OF_256 / 256,
                (long) WritingGuest.hotPages(one.pages()) * PAGE,
                0,
                new int[0],
                // the guest counts in each word, so that a byte of each changes
                one.pattern() == WritingGuest.Pattern.SWEEP ? PAGE * 3 / 4 : 0),
            one.bandwidth() * MIB,
            1 << 30,
            one.downtime(),
            0.6,
            0.3,
            one.layout().equals("qemu-mapped-ram"),
            one.cache() > 0 ? Optional.of("current") : Optional.empty(),
            List.of(Math.max(1, one.cache()) * MIB),
            one.seconds() + ASKED_AGAIN);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonReport report = new JsonReport(out, true)) {
      SavePrinter.report(saves, report);
    }
    JsonNode all = new ObjectMapper().readTree(out.toByteArray()).path("saves");
    return all.path(all.size() - 1);
  }

  private static void prepare(Qemu qemu, Scenario one) throws IOException {
    if (one.layout().equals("qemu-mapped-ram")) {
      qemu.enable("mapped-ram");
    }
    if (one.cache() > 0) {
      qemu.enable("xbzrle");
      qemu.call("migrate-set-parameters", "{\"xbzrle-cache-size\": " + one.cache() * MIB + "}");
    }
    qemu.call(
        "migrate-set-parameters",
        "{\"max-bandwidth\": %s, \"downtime-limit\": %s}"
            .formatted(one.bandwidth() * MIB, one.downtime()));
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void realSaveDoesWhatWasSimulated(Scenario one) throws Exception {
    Lab.require();
    try (Qemu qemu = WritingGuest.start(folder, one.pattern(), one.pages(), DATA, one.pause())) {
      prepare(qemu, one);
      Path image = folder.resolve("image");
      long limit = one.seconds() * 1000L;
      long before = WritingGuest.writes(qemu);
      JsonNode theirs = qemu.save("file:" + image, limit);
      long writes = WritingGuest.writes(qemu) - before & 0xffff_ffffL;
      long total = theirs.path("total-time").asLong();
      boolean ended = total < limit;
      double rate = writes * 1000.0 / Math.min(total, limit);
      JsonNode ours = simulated(one, rate);
      Files.delete(image);

      double bytes = theirs.path("ram").path("transferred").asDouble();
      double syncs = theirs.path("ram").path("dirty-sync-count").asDouble();
      String text =
          String.format(
              Locale.ROOT,
              "%s, %.0f pages/s: %s, %.1f MB, %.0f rounds; simulated %s, %.1f MB, %d rounds",
              one,
              rate,
              ended ? "ends" : "is stopped",
              bytes / 1e6,
              syncs,
              ours.path("converges").asBoolean() ? "ends" : "is stopped",
              ours.path("bytes").asLong() / 1e6,
              ours.path("rounds").asInt());
      if (Boolean.getBoolean("lab.wide") || Integer.getInteger("lab.random") != null) {
        System.out.println(text);
      }
      assertEquals(ended, ours.path("converges").asBoolean(), text);
      assertEquals(1, ours.path("bytes").asLong() / bytes, BYTES_PERCENT / 100.0, text);
      assertEquals(1, ours.path("rounds").asInt() / syncs, ROUNDS_PERCENT / 100.0, text);
    }
  }
}
