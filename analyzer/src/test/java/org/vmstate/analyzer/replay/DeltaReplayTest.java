package org.vmstate.analyzer.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
            0.4,
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
    assertEquals(expected.bytes(), recorded.deltaBytes());
    if (!form2011) {
      assertEquals(expected.misses(), recorded.misses() + recorded.unclear());
    }
  }

  @ParameterizedTest
  @CsvSource({"64, false", "512, true"})
  void cacheSufficesWhenTheWorkingSetFits(long pages, boolean enough) throws IOException {
    Replayed replayed = replay(bytes(image(false, false, 8)), Optional.of("current"), pages * PAGE);
    Encoding encoding = replayed.encodings().getFirst();
    assertEquals(enough, Replayed.smallest(encoding).isPresent());
    assertEquals(enough, replayed.against(encoding).isEmpty());
  }

  @Test
  void withoutRoundsThereIsAReason() throws IOException {
    Replayed replayed = replay(bytes(image(false, false, 0)), Optional.empty());
    for (Encoding encoding : replayed.encodings()) {
      assertEquals("no page was sent again", replayed.against(encoding).orElseThrow());
    }
  }
}
