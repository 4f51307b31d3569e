package org.vmstate.analyzer.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Rounds and what they replace, in streams made by hand: one block of 8 pages. */
class SaveStatsTest {
  private static final int NAME = 7;

  @TempDir Path folder;

  private final ImageBytes image = ImageBytes.withRam("pc.ram", 8).again(2, 1);
  private boolean named;

  private long word(int page, int kind) {
    return page * 4096L | kind | (named ? 0x20 : 0);
  }

  private ImageBytes begin(int page, int kind) {
    image.be64(word(page, kind));
    if (!named) {
      image.name("pc.ram");
      named = true;
    }
    return image;
  }

  private void zero(int page) {
    begin(page, 2).u8(0);
  }

  private void data(int page) {
    begin(page, 8).fill(7, 4096);
  }

  private void delta(int page) {
    begin(page, 0x40).u8(1).be16(3).raw((byte) 0, (byte) 1, (byte) 9);
  }

  private SaveStats read(long mostBytes) throws IOException {
    return read(new SaveStats(mostBytes, false));
  }

  private SaveStats read(SaveStats stats) throws IOException {
    byte[] bytes = image.eos().footer(1).ended().u8(0).toBytes();
    ImageReader.read(new HeapSource(bytes, 0, new StructurePath()), ParseOptions.DEFAULT, stats);
    return stats;
  }

  @Test
  void roundEndsWhereAPageIsNotBehindTheOneBefore() throws IOException {
    zero(0);
    data(1);
    data(7);
    data(2);
    data(5);
    data(5);
    try (SaveStats stats = read(SentPages.MOST_BYTES)) {
      List<Round> rounds = stats.rounds().list();
      assertEquals(List.of(3L, 2L, 1L), rounds.stream().map(Round::allPages).toList());
      assertEquals(9 + NAME + 2 * 4104, rounds.get(0).bytes());
      assertEquals(List.of(0L, 0L, 1L), rounds.stream().map(Round::again).toList());
      assertEquals(4104, rounds.get(2).superseded());
    }
  }

  /** QEMU 7.2 had 69 pages left when it looked for the last time, and nothing was written. */
  @Test
  void endIsARoundOfItsOwn() throws IOException {
    assertEquals(List.of(2L, 1L), pagesOfRounds(image -> {}, 5));
  }

  /** QEMU 10.0 had one block left when it looked for the last time, and went on with the first. */
  @Test
  void endIsOneRoundWhereverItBegins() throws IOException {
    assertEquals(List.of(2L, 4L), pagesOfRounds(image -> {}, 5, 7, 0, 1));
  }

  /** QEMU begins to ask its cache at the first page, not where it looked at its log. */
  @Test
  void pagesOfTheFirstWayAreNotLookedUpInTheEnd() throws IOException {
    data(0);
    data(3);
    image.eos().footer(1).again(3, 1);
    data(5);
    delta(0);
    data(3);
    try (SaveStats stats = read(SentPages.MOST_BYTES)) {
      assertEquals(2, stats.rounds().count());
      assertEquals(1, stats.notEncoded());
    }
  }

  /** No log is looked at once the guest runs at its destination. */
  @Test
  void endOfPostcopyIsNoRoundOfItsOwn() throws IOException {
    assertEquals(List.of(3L), pagesOfRounds(image -> image.u8(8).be16(5).be16(0), 5));
  }

  private List<Long> pagesOfRounds(Consumer<ImageBytes> beforeEnd, int... inEnd)
      throws IOException {
    zero(0);
    data(1);
    beforeEnd.accept(image.eos().footer(1));
    image.again(3, 1);
    for (int page : inEnd) {
      data(page);
    }
    byte[] bytes = image.eos().footer(1).u8(0).toBytes();
    try (SaveStats stats = new SaveStats(SentPages.MOST_BYTES, false)) {
      ImageReader.survey(
          new HeapSource(bytes, 0, new StructurePath()), ParseOptions.DEFAULT, stats);
      return stats.rounds().list().stream().map(Round::allPages).toList();
    }
  }

  /** A page that comes twice in a row is one that QEMU up to 8.2 sends twice and counts once. */
  @Test
  void roundOfJoinedChannelsEndsWhereAPageComesAgain() throws IOException {
    for (int page : new int[] {4, 7, 1, 1, 3, 0, 7, 4, 5, 7}) {
      data(page);
    }
    try (SaveStats stats = read(new SaveStats(true))) {
      List<Round> rounds = stats.rounds().list();
      assertEquals(List.of(5L, 3L, 1L), rounds.stream().map(Round::allPages).toList());
      assertEquals(6 * 4104, rounds.getFirst().bytes() - NAME);
      assertFalse(stats.isInOrder());
    }
  }

  @Test
  void wholePageReplacesThePageBeforeItAndAllItsDeltas() throws IOException {
    data(3);
    delta(3);
    delta(3);
    zero(3);
    data(3);
    try (SaveStats stats = read(SentPages.MOST_BYTES)) {
      List<Long> replaced = stats.rounds().list().stream().map(Round::superseded).toList();
      assertEquals(List.of(0L, 0L, 0L, 4104L + 2 * 14, 9L), replaced);
      assertEquals(4, stats.total().again());
      assertEquals(2, stats.total().pages(PageKind.XBZRLE));
      assertEquals(12, stats.total().deltaBytes());
      assertEquals(1, stats.notEncoded());
      SentPages.Often often = stats.sent().most(10).getFirst();
      assertEquals(3, often.page());
      assertEquals(5, often.times());
    }
  }

  @Test
  void compressedPagesAreInNoOrder() throws IOException {
    byte[] page = new byte[4096];
    Deflater deflater = new Deflater();
    deflater.setInput(page);
    deflater.finish();
    int length = deflater.deflate(page);
    begin(1, 0x100).be32(length).raw(Arrays.copyOf(page, length));
    try (SaveStats stats = read(SentPages.MOST_BYTES)) {
      assertFalse(stats.isInOrder());
    }
  }

  /** A background snapshot has no END, and sends pages as the guest touches them. */
  @Test
  void memoryWithoutEndIsInNoOrder() throws IOException {
    zero(1);
    byte[] bytes = image.eos().footer(1).u8(0).toBytes();
    try (SaveStats stats = new SaveStats(SentPages.MOST_BYTES, false)) {
      ImageReader.survey(
          new HeapSource(bytes, 0, new StructurePath()), ParseOptions.DEFAULT, stats);
      assertFalse(stats.isInOrder());
    }
  }

  /** QEMU 5.2 goes over memory otherwise; its description has blanks. */
  @Test
  void pagesOfEarlyReleasesAreInNoOrder() throws IOException {
    for (Map.Entry<String, Boolean> sample : Map.of("pc-5.2", false, "pc", true).entrySet()) {
      Path file = folder.resolve(sample.getKey());
      Samples.unpack(sample.getKey(), file);
      try (SaveStats stats = new SaveStats();
          ByteSource source = ImageReader.open(file)) {
        ImageReader.read(source, ParseOptions.DEFAULT, stats);
        assertEquals(sample.getValue(), stats.isInOrder());
      }
    }
  }

  @Test
  void pagesSentMostOftenComeFirst() throws IOException {
    for (int i = 0; i < 4; i++) {
      for (int page = i; page < 4; page++) {
        zero(page);
      }
    }
    try (SaveStats stats = read(SentPages.MOST_BYTES)) {
      List<SentPages.Often> most = stats.sent().most(2);
      assertEquals(List.of(3L, 2L), most.stream().map(SentPages.Often::page).toList());
      assertEquals(3, stats.sent().most(10).size());
    }
  }

  @Test
  void beyondItsMemoryPagesAreNotCountedButRoundsAre() throws IOException {
    zero(1);
    zero(1);
    try (SaveStats stats = read(100)) {
      assertFalse(stats.sent().isComplete());
      assertEquals(2, stats.rounds().count());
      assertEquals(0, stats.total().again());
      assertTrue(stats.sent().most(1).isEmpty());
    }
  }

  @Test
  void manyRoundsAreJoinedAndNoneIsLost() throws IOException {
    int count = 3 * Rounds.MOST + 5;
    for (int i = 0; i < count; i++) {
      zero(1);
    }
    try (SaveStats stats = read(SentPages.MOST_BYTES)) {
      List<Round> rounds = stats.rounds().list();
      assertEquals(count, stats.rounds().count());
      assertTrue(rounds.size() <= Rounds.MOST);
      long next = 1;
      for (Round round : rounds) {
        assertEquals(next, round.number());
        assertEquals(round.joined(), round.allPages());
        next += round.joined();
      }
      assertEquals(count + 1, next);
      assertEquals(count - 1, stats.total().again());
    }
  }
}
