package org.vmstate.analyzer.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.stats.SaveStats;
import org.vmstate.analyzer.stats.StatsPrinter;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.synthetic.SyntheticImage;
import org.vmstate.writer.synthetic.SyntheticRecipe;
import org.vmstate.writer.xbzrle.XbzrleStatistics;

/** A replay of what our own senders sent counts what they counted. */
class DeltaReplayTest {
  private static final int PAGE = 4096;

  private static SyntheticImage image(boolean deltas, boolean form2011, int sweeps) {
    return image(deltas, form2011, sweeps, 0.4);
  }

  private static SyntheticImage image(
      boolean deltas, boolean form2011, int sweeps, double dirtyRate) {
    return new SyntheticImage(
        new SyntheticRecipe(
            3,
            "synthetic",
            PAGE,
            List.of(
                new SyntheticRecipe.Block("pc.ram", 400 * PAGE),
                new SyntheticRecipe.Block("rom", 33 * PAGE)),
            0.3,
            0,
            0.1,
            sweeps,
            dirtyRate,
            deltas,
            form2011,
            0));
  }

  private static byte[] bytes(SyntheticImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(out)) {
      image.writeSequential(sink);
    }
    return out.toByteArray();
  }

  private static Replayed replay(byte[] image, Optional<String> codec, Long... sizes)
      throws IOException {
    try (DeltaReplay replay = new DeltaReplay(new Caches(codec, List.of(sizes)))) {
      replay.read(new HeapSource(image, 0, new StructurePath()), ParseOptions.DEFAULT);
      return replay.result();
    }
  }

  /** Returns the bytes of deltas as {@code stats} counts them, by the lengths of records. */
  private static long counted(byte[] image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SaveStats stats = new SaveStats();
        Report report = new JsonReport(out)) {
      ImageReader.read(new HeapSource(image, 0, new StructurePath()), ParseOptions.DEFAULT, stats);
      StatsPrinter.report("image", stats, true, report);
    }
    JsonNode total = new ObjectMapper().readTree(out.toByteArray()).path("total");
    return total.path("xbzrle_cache").path("bytes_at_least").asLong();
  }

  private static Trial only(Replayed replayed) {
    return replayed.encodings().getFirst().trials().getFirst();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void recordingWithoutDeltasPredictsWhatTheSenderCounts(boolean form2011) throws IOException {
    SyntheticImage sent = image(true, form2011, 6);
    bytes(sent);
    String codec = form2011 ? "2011" : "current";
    Replayed replayed = replay(bytes(image(false, false, 6)), Optional.of(codec), 64L << 20);
    assertEquals(Replayed.Kind.RECORDING, replayed.kind());
    XbzrleStatistics expected = sent.statistics().orElseThrow();
    assertEquals(expected, only(replayed).statistics());
    assertTrue(expected.lookups() > 500 && expected.overflow() == 0, expected.toString());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void recordingWithDeltasCountsWhatItsSenderCounted(boolean form2011) throws IOException {
    SyntheticImage sent = image(true, form2011, 6);
    String codec = form2011 ? "2011" : "current";
    Replayed replayed = replay(bytes(sent), Optional.of(codec), 64L << 20);
    XbzrleStatistics expected = sent.statistics().orElseThrow();
    assertEquals(expected, only(replayed).statistics());
    assertEquals(0, only(replayed).differing());
    RecordedSender recorded = replayed.recorded().orElseThrow();
    assertEquals(expected.pages(), recorded.deltas());
    if (form2011) {
      assertEquals(expected.bytes(), recorded.deltaBytes());
    } else {
      long names = recorded.deltaBytes() - expected.bytes();
      assertTrue(names > 0 && names % "#rom".length() == 0, names + " bytes of names");
      assertEquals(counted(bytes(sent)), recorded.deltaBytes());
      assertEquals(expected.misses(), recorded.misses() + recorded.unclear());
    }
  }

  @Test
  void recordingShowsWhichCacheItsSenderHad() throws IOException {
    SyntheticImage sent = image(true, false, 6);
    long right = 64L << 20;
    Replayed replayed = replay(bytes(sent), Optional.of("current"), 16L * PAGE, right);
    RecordedCache likely = replayed.recorded().orElseThrow().likely().orElseThrow();
    assertEquals(right, likely.cacheBytes());
    assertEquals(0, likely.contradictions());
    assertEquals(sent.statistics().orElseThrow().misses(), likely.misses());
    assertEquals(0, likely.overflow());
  }

  @Test
  void wholePageWhoseDeltaDoesNotFitOverflowsWhereItIsKept() {
    RecordedCache cache = new RecordedCache(4 * PAGE, PAGE);
    cache.whole(PAGE, 2, false, false);
    cache.whole(PAGE, 3, false, false);
    // the slot is taken for two rounds
    cache.whole(5 * PAGE, 4, false, false);
    cache.whole(PAGE, 5, false, false);
    assertEquals(2, cache.misses());
    assertEquals(2, cache.overflow());
    assertEquals(0, cache.contradictions());
  }

  @Test
  void whatARecordingShowsIsBelieved() {
    RecordedCache cache = new RecordedCache(4 * PAGE, PAGE);
    cache.whole(PAGE, 2, false, true);
    cache.whole(PAGE, 3, false, true);
    assertEquals(1, cache.contradictions());
    cache.delta(5 * PAGE, 3, false);
    assertEquals(2, cache.contradictions());
    cache.whole(5 * PAGE, 4, true, false);
    assertEquals(1, cache.overflow());
    assertEquals(2, cache.misses());
  }

  @Test
  void saveThatSendsMuchLessMayEndEarlier() throws IOException {
    Trial trial = only(replay(bytes(image(false, false, 6)), Optional.of("current"), 64L << 20));
    assertTrue(trial.mayEndEarlier());
    List<Double> rates = trial.missRates();
    assertEquals(trial.missRate(), rates.getLast());
    assertEquals(0, rates.getFirst());
    assertEquals(1, rates.get(1));
    assertTrue(rates.get(2) < 1 && rates.get(2) > rates.getLast());
    Trial useless =
        only(replay(bytes(image(false, false, 6)), Optional.of("current"), (long) PAGE));
    assertFalse(useless.mayEndEarlier());
  }

  /** With a cache that is too small the same bytes are more rounds, which need not be recorded. */
  @Test
  void saveThatGoesOnForAsManyBytesHasTheRateOfALongerRecording() throws IOException {
    long cache = 256L * PAGE;
    Trial few = only(replay(bytes(image(false, false, 6)), Optional.of("current"), cache));
    Trial many = few;
    for (int rounds = 7; many.wire() < few.wholeWire(); rounds++) {
      many = only(replay(bytes(image(false, false, rounds)), Optional.of("current"), cache));
    }
    assertTrue(few.missRate() - many.missRate() > 0.02, few.missRate() + " " + many.missRate());
    assertEquals(many.missRate(), few.missRateForAsManyBytes(), 0.03);
    assertTrue(few.mayEndEarlier());
  }

  @ParameterizedTest
  @CsvSource({"64, false", "512, true"})
  void cacheSufficesWhenTheWorkingSetFits(long pages, boolean enough) throws IOException {
    Replayed replayed = replay(bytes(image(false, false, 8)), Optional.of("current"), pages * PAGE);
    Encoding encoding = replayed.encodings().getFirst();
    assertEquals(enough, Replayed.smallest(encoding).isPresent());
    assertEquals(enough, replayed.against(encoding).isEmpty());
  }

  /** The deltas are as short as ever; there are only few of them. */
  @Test
  void pagesThatComeOnceAreNotSaidToChangeTooMuch() throws IOException {
    byte[] image = bytes(image(false, false, 2, 0.1));
    Replayed replayed = replay(image, Optional.of("current"), 64L << 20);
    assertEquals(0, only(replayed).statistics().overflow());
    String reason = replayed.against(replayed.encodings().getFirst()).orElseThrow();
    assertTrue(reason.startsWith("most pages come once: "), reason);
  }

  @Test
  void withoutRoundsThereIsAReason() throws IOException {
    Replayed replayed = replay(bytes(image(false, false, 0)), Optional.empty());
    for (Encoding encoding : replayed.encodings()) {
      assertEquals("no page was sent again", replayed.against(encoding).orElseThrow());
    }
  }
}
