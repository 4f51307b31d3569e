package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.Limits;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.testkit.ImageBytes;

/** Rules of the block list at the start of the RAM section. */
class RamListTest {
  /** Where the first word stands. */
  private static final int WORD = 8 + 17;

  private static final String PATH = "section[0].ram";

  private static ImageBytes start(long word) {
    return new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(word);
  }

  private static byte[] end(ImageBytes image) {
    return image.eos().u8(0).toBytes();
  }

  private static void bad(ImageBytes image, long offset, String path, String words) {
    refused(end(image), ParseOptions.DEFAULT, offset, path, words);
  }

  private static List<RamBlock> blocks(ImageBytes image) throws IOException {
    return Recording.of(end(image)).blocks;
  }

  @Test
  void firstWordIsTheTotal() {
    bad(start(0x1008), WORD, PATH, "first RAM word: expected flags 0x4 (MEM_SIZE), found 0x8");
    bad(start(0x100c), WORD, PATH, "first RAM word: expected flags 0x4 (MEM_SIZE), found 0xc");
  }

  @Test
  void firstWordMayCarryContinue() throws IOException {
    assertEquals(1, blocks(start(0x1024).name("a").be64(0x1000)).size());
  }

  @Test
  void totalIsToldAsItStands() throws IOException {
    Recording r = Recording.of(end(start(0x1004).name("a").be64(0x1000)));
    Event.RamTotal total = r.all(Event.RamTotal.class).getFirst();
    assertEquals(0x1004, total.word());
    assertEquals(0x1000, total.total());
    assertEquals(WORD, total.range().start());
    assertEquals(WORD + 8, total.range().end());
  }

  @Test
  void totalIsBelow2To63() {
    bad(start(1L << 63 | 4), WORD, PATH, "RAM total: expected less than 2^63, found more");
  }

  @Test
  void listMayBeEmpty() throws IOException {
    assertEquals(List.of(), blocks(start(4)));
  }

  @Test
  void entriesKeepTheirOrderAndPlace() throws IOException {
    Recording r = Recording.of(end(start(0x3004).name("b").be64(0x1000).name("a").be64(0x2000)));
    assertEquals(List.of("b", "a"), r.blocks.stream().map(RamBlock::name).toList());
    assertEquals(List.of(0, 1), r.blocks.stream().map(RamBlock::index).toList());
    assertEquals(List.of(-1L, -1L), r.blocks.stream().map(RamBlock::address).toList());
    assertEquals(List.of(0L, 0L), r.blocks.stream().map(RamBlock::hostPageSize).toList());
    List<Event.RamBlockEntry> entries = r.all(Event.RamBlockEntry.class);
    assertEquals(WORD + 8, entries.getFirst().range().start());
    assertEquals(WORD + 18, entries.getLast().range().start());
    assertEquals(WORD + 28, entries.getLast().range().end());
  }

  @Test
  void nameIsNotEmpty() {
    bad(
        start(0x2004).name("a").be64(0x1000).name("").be64(0x1000),
        WORD + 18,
        PATH + ".block[1]",
        "RAM block name: expected 1 to 255 bytes, found none");
  }

  @Test
  void nameStandsInTheListWithOneLength() {
    bad(
        start(0x3004).name("a").be64(0x1000).name("a").be64(0x2000),
        WORD + 18,
        PATH + ".block[1]",
        "RAM block name: a stands in the list twice");
  }

  @Test
  void lengthIsAtLeastOneAndAtMostTheRestOfTheTotal() {
    String words = "RAM block length: expected 1 to 4096 (the rest of the total), found ";
    int at = WORD + 18 + 3;
    for (String length : List.of("0", "4097", "8192", "18446744073709551615")) {
      ImageBytes image = start(0x2004).name("a").be64(0x1000);
      image.name("bc").be64(Long.parseUnsignedLong(length));
      bad(image, at, PATH + ".block[1]", words + length);
    }
  }

  /** QEMU allows lengths that no page divides; the rest of a page is one of the block's pages. */
  @Test
  void lengthNeedNotBeOfWholePages() throws IOException {
    List<RamBlock> blocks = blocks(start(0x2004).name("a").be64(0x1001).name("b").be64(0xfff));
    assertEquals(List.of(2L, 1L), blocks.stream().map(RamBlock::pages).toList());
  }

  @Test
  void asManyBlocksAsTheLimitAreRead() throws IOException {
    ParseOptions options = ParseOptions.DEFAULT.with(Limits.DEFAULT.withRamBlocks(2));
    ImageBytes image = start(0x2004).name("a").be64(0x1000).name("b").be64(0x1000);
    assertEquals(2, Recording.of(end(image), options, Recording.Place.HEAP).blocks.size());
    ImageBytes more = start(0x3004).name("a").be64(0x1000).name("b").be64(0x1000);
    refused(
        end(more.name("c").be64(0x1000)),
        options,
        WORD + 28,
        PATH + ".block[2]",
        "RAM block list: more than 2");
  }

  @Test
  void version3HasOneBlockOfTheTotal() throws IOException {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 3).be64(0x3004);
    RamBlock block = blocks(image).getFirst();
    assertEquals("ram", block.name());
    assertEquals(0x3000, block.usedLength());
    assertEquals(-1, block.address());
  }

  private static ImageBytes postcopy(long sizes) {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    return image.u8(8).be16(3).be16(16).be64(sizes).be64(0x1000).section(1, 1, "ram", 0, 4);
  }

  private static long hostPageSize(long announced, long sent) throws IOException {
    ImageBytes image = postcopy(announced).be64(0x40000004).name("a").be64(0x40000000);
    return Recording.of(end(image.be64(sent).eos().footer(1))).blocks.getFirst().hostPageSize();
  }

  /** Which sizes are in use tells POSTCOPY_ADVISE; only those above a target page are sent. */
  @ParameterizedTest
  @ValueSource(longs = {0x2000, 0x10000, 0x200000, 0x40000000})
  void hostPageSizeIsReadWhereItWasAnnounced(long size) throws IOException {
    assertEquals(size, hostPageSize(size | 0x1000, size));
  }

  @Test
  void targetPagesAreNotAnnounced() throws IOException {
    ImageBytes image = postcopy(0x1000).be64(0x1004).name("a").be64(0x1000);
    assertEquals(0, Recording.of(end(image.eos().footer(1))).blocks.getFirst().hostPageSize());
  }

  /** Only the first of the two blocks is of huge pages. */
  @Test
  void whatIsNoAnnouncedSizeIsTheNextEntry() throws IOException {
    for (long other : new long[] {0x400000, 0x300000, 0x200000 | 0x400000}) {
      ImageBytes image = postcopy(0x201000).be64(0x201004).name("a").be64(0x200000);
      image.be64(0x200000).name("b").be64(0x1000);
      List<RamBlock> blocks = Recording.of(end(image.eos().footer(1))).blocks;
      assertEquals(List.of(0x200000L, 0L), blocks.stream().map(RamBlock::hostPageSize).toList());
      // a word that is not a size does not belong to the list
      ImageBytes wrong = postcopy(0x201000).be64(0x200004).name("a").be64(0x200000);
      refused(
          end(wrong.be64(other)),
          ParseOptions.DEFAULT,
          wrong.size() - 9 - 8,
          "section[0].ram.item[0]",
          "RAM word: expected one kind of page, found flags 0x0");
    }
  }
}
