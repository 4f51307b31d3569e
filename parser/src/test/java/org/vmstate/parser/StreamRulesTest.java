package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.ImageBytes;

/** Records of a stream: their order, places, ends and errors. */
class StreamRulesTest {
  private static final int RAM_END = ram().size();

  private static ImageBytes ram() {
    return ImageBytes.withRam("pc", "r", 1);
  }

  /** What comes in which order, with ranges. */
  private static String elements(Recording r) {
    StringBuilder text = new StringBuilder();
    for (Event e : r.elements) {
      text.append(e.getClass().getSimpleName()).append(' ');
      text.append(e.range().start()).append('-').append(e.range().end()).append(", ");
    }
    return text.toString();
  }

  private static ParseOptions options(int sections, int descriptionBytes) {
    return ParseOptions.DEFAULT.with(
        Limits.DEFAULT.withSections(sections).withDescriptionBytes(descriptionBytes));
  }

  private static void bad(ImageBytes image, long offset, String path, String words) {
    refused(image.toBytes(), ParseOptions.DEFAULT, offset, path, words);
  }

  /** The stream is read to its end, and is none that one may rely on. */
  private static void notWhole(ImageBytes image, long offset, String words) {
    StateFormatException e =
        assertThrows(
            StateFormatException.class,
            () -> Recording.withMemory(image.toBytes(), Recording.Place.HEAP));
    assertEquals(words, e.words());
    assertEquals(offset, e.offset());
  }

  private static void whole(ImageBytes image) throws IOException {
    Recording.withMemory(image.toBytes(), Recording.Place.HEAP);
  }

  @Test
  void elementsFollowOneAnother() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("pc", "xbzrle");
    image.section(1, 1, "ram", 0, 4).be64(0x1004).name("r").be64(0x1000).eos().footer(1);
    image.again(2, 1).be64(2).name("r").u8(0).eos().footer(1).u8(8).be16(4).be16(0);
    image.again(3, 1).eos().footer(1).section(4, 2, "dev", 0, 1).u8(1).u8(2).footer(2);
    assertEquals(
        "StreamHeader 0-8, Configuration 8-58, "
            + "SectionHeader 58-75, RamTotal 75-83, RamBlockEntry 83-93, RamMarker 93-101, "
            + "SectionFooter 101-106, SectionHeader 106-111, RamPages 111-122, "
            + "RamMarker 122-130, SectionFooter 130-135, Command 135-140, "
            + "SectionHeader 140-145, RamMarker 145-153, SectionFooter 153-158, "
            + "SectionHeader 158-175, Device 175-177, SectionFooter 177-182, "
            + "EndOfStream 182-183, ",
        elements(Recording.of(image.u8(0).toBytes())));
  }

  @Test
  void sectionIsToldAsItsHeaderHasIt() throws IOException {
    ImageBytes image = ram().section(4, 7, "dev", 3, 5).u8(1).footer(7).u8(0);
    Event.SectionHeader header =
        Recording.of(image.toBytes()).all(Event.SectionHeader.class).getLast();
    assertEquals(4, header.recordType());
    assertEquals(7, header.section().id());
    assertEquals("dev", header.section().name());
    assertEquals(3, header.section().instance());
    assertEquals(5, header.section().version());
  }

  @Test
  void versionIsNamedWhereItStands() {
    bad(
        new ImageBytes().zeros(8).text("QEVM").be32(4),
        12,
        "",
        "stream version: expected 2 or 3, found 4");
  }

  @Test
  void errorsTellWhichSectionTheyAreIn() {
    bad(
        ram().section(4, 7, "dev", 0, 1).u8(1).footer(7).section(1, 8, "ram", 0, 9),
        RAM_END + 17 + 1 + 5 + 17,
        "section[2].ram",
        "ram section version: expected 3 or 4, found 9");
    bad(
        ram().again(2, 1).eos().footer(1).again(2, 1).be64(0),
        RAM_END + 18 + 5,
        "ram.part[2].item[0]",
        "RAM word: expected one kind of page, found flags 0x0");
    bad(
        ram().again(2, 1).eos().footer(1).again(3, 1).be64(0),
        RAM_END + 18 + 5,
        "ram.end.item[0]",
        "RAM word: expected one kind of page, found flags 0x0");
    // after a section its name is gone again
    bad(ram().u8(9), RAM_END, "", "record type: expected 0 to 4 or 8, found 0x9");
    bad(
        ram().again(2, 1).eos().footer(1).u8(9),
        RAM_END + 18,
        "",
        "record type: expected 0 to 4 or 8, found 0x9");
    bad(
        ram().section(4, 7, "dev", 0, 1).u8(1).footer(7).again(3, 1).eos().footer(1).u8(9),
        RAM_END + 17 + 1 + 5 + 18,
        "",
        "record type: expected 0 to 4 or 8, found 0x9");
  }

  @Test
  void recordsEndWithTheEndMark() {
    bad(
        ram(),
        RAM_END,
        "",
        "record: expected another section or the end mark, found the end of the file");
  }

  @Test
  void sectionNeedsAName() {
    bad(
        ram().section(4, 7, "", 0, 1),
        RAM_END + 5,
        "section[1]",
        "section name: expected 1 to 255 bytes, found none");
  }

  @Test
  void partNeedsASectionThatWasAnnounced() {
    bad(
        ram().again(3, 9),
        RAM_END + 1,
        "",
        "section id: expected one that a START announced, found 9");
  }

  @Test
  void asManySectionsAsTheLimitAreRead() throws IOException {
    ImageBytes image = ram().section(4, 7, "dev", 0, 1).u8(1).footer(7);
    byte[] two = new ImageBytes().raw(image.toBytes()).u8(0).toBytes();
    assertEquals(
        2,
        Recording.of(two, options(2, 1000), Recording.Place.HEAP)
            .all(Event.SectionHeader.class)
            .size());
    refused(
        image.section(4, 8, "dev", 1, 1).u8(1).footer(8).u8(0).toBytes(),
        options(2, 1000),
        RAM_END + 23,
        "section[2]",
        "stream: more than 2 sections");
  }

  @Test
  void footerHasTheIdOfItsSection() {
    bad(
        ram().again(2, 1).eos().footer(2),
        RAM_END + 5 + 8 + 1,
        "ram.part[1]",
        "section footer: expected id 1, found 2");
  }

  /** The first section says whether there are footers; one that is damaged is not missing. */
  @Test
  void damagedFooterOfTheFirstSectionIsNotTakenForNone() {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(4).eos();
    bad(
        image.u8(0x7f).be32(1).u8(0),
        8 + 17 + 16,
        "section[0]",
        "section footer: expected 0x7e, found 0x7f");
  }

  @Test
  void fileMayEndWhereAFooterWasExpected() {
    ImageBytes image = ram().again(2, 1).eos();
    StateFormatException e =
        assertThrows(StateFormatException.class, () -> Recording.of(image.toBytes()));
    assertEquals(RAM_END + 13, e.offset());
    assertEquals("ram.part[1].footer", e.path());
  }

  @Test
  void sectionsOfAStreamWithoutFootersEndAtTheNextRecord() throws IOException {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(4).eos();
    image.again(2, 1).eos().u8(8).be16(4).be16(0).again(3, 1).eos().u8(0);
    Recording r = Recording.of(image.toBytes());
    assertEquals(0, r.all(Event.SectionFooter.class).size());
    assertEquals(3, r.all(Event.SectionHeader.class).size());
  }

  /** Without footers nothing says where a device ends that is not described. */
  @Test
  void deviceWithoutFooterAndDescriptionIsUnknownToTheEnd() throws IOException {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(4).eos();
    image.section(4, 2, "dev", 0, 1);
    int start = image.size();
    image.u8(1).u8(0x7e).be32(2).u8(0);
    Recording r = Recording.of(image.toBytes());
    Event.Unknown unknown = r.all(Event.Unknown.class).getFirst();
    assertEquals(start, unknown.range().start());
    assertEquals("no end of section dev", unknown.why());
    String words = "no end of section dev found; the rest of the file is unknown";
    assertEquals(List.of(words), r.notices);
    notWhole(image, start, words);
  }

  @Test
  void deviceWithoutAnyByteLeavesNothingUnknown() throws IOException {
    Recording r = Recording.of(ram().section(4, 2, "dev", 0, 1).toBytes());
    assertEquals(List.of(), r.all(Event.Unknown.class));
    assertEquals(1, r.notices.size());
    assertEquals(Optional.empty(), r.states.values().iterator().next());
  }

  @Test
  void partWithoutAnEndIsUnknownToTheEndOfTheFile() throws IOException {
    ImageBytes image = ram().section(1, 5, "something", 0, 1).text("ab").footer(5).again(2, 5);
    Recording r = Recording.of(image.text("cdef").toBytes());
    assertEquals(4, r.all(Event.Unknown.class).getFirst().range().length());
    assertEquals(
        List.of("no end of section something found; the rest of the file is unknown"), r.notices);
  }

  @Test
  void commandIsToldWithItsBytes() throws IOException {
    ImageBytes image = ram().u8(8).be16(3).be16(16).be64(0x1000).be64(0x1000).u8(0);
    Event.Command command = Recording.of(image.toBytes()).all(Event.Command.class).getFirst();
    assertEquals(3, command.code());
    assertArrayEquals(new ImageBytes().be64(0x1000).be64(0x1000).toBytes(), command.payload());
  }

  /** PING has 4 bytes, OPEN_RETURN_PATH none; those of POSTCOPY_ADVISE may be missing. */
  @ParameterizedTest
  @CsvSource({"2, 4, true", "2, 3, false", "1, 0, true", "1, 1, false", "3, 0, true", "3, 9, true"})
  void commandHasItsLength(int code, int length, boolean right) throws IOException {
    ImageBytes image = ram().u8(8).be16(code).be16(length).zeros(length).u8(0);
    Recording r = Recording.of(image.toBytes());
    String label = code == 1 ? "open-return-path: expected 0" : "ping: expected 4";
    assertEquals(
        right ? List.of() : List.of("command " + label + " bytes, found " + length), r.notices);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 12, 65535})
  void commandOutsideTheListIsNotKnown(int code) throws IOException {
    Recording r = Recording.of(ram().u8(8).be16(code).be16(0).u8(0).toBytes());
    assertEquals(List.of("command " + code + " is not known"), r.notices);
  }

  /** Only the form with two words of sizes says that the list has such sizes. */
  @Test
  void adviceWithoutSizesAnnouncesNone() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.u8(8).be16(3).be16(8).be64(0x201000).section(1, 1, "ram", 0, 4);
    image.be64(0x200004).name("a").be64(0x200000).eos().footer(1).u8(0);
    assertEquals(0, Recording.of(image.toBytes()).blocks.getFirst().hostPageSize());
  }

  @Test
  void bytesAfterTheStreamAreCounted() throws IOException {
    Recording r = Recording.of(ram().ended().u8(0).text("tails").toBytes());
    assertEquals(List.of("5 bytes follow the end of the stream"), r.notices);
    assertEquals(RAM_END + 19, r.all(Event.Trailing.class).getFirst().range().start());
    whole(ram().ended().u8(0).text("tails"));
    whole(ram().ended().u8(0).text("tails--"));
  }

  /** A part that zeros were written over looks like an end mark; the stream's end shows it. */
  @Test
  void zerosInTheMiddleAreNoEndMark() throws IOException {
    String words =
        "end mark: expected at the end of the stream, found one where more of it follows";
    notWhole(ram().zeros(20).footer(7).u8(0), RAM_END, words);
    notWhole(ram().u8(0).footer(7).u8(0), RAM_END, words);
    notWhole(ram().zeros(20).u8(0).description("{\"page_size\": 4096}"), RAM_END, words);
    whole(ram().ended().zeros(20));
    whole(ram().ended().u8(0).footer(7).u8(1));
    whole(ram().ended().u8(0).u8(0x7d).be32(7).u8(0));
    whole(ram().ended().u8(0).be32(7).u8(0));
    whole(ram().u8(0).description("{\"page_size\": 4096}"));
  }

  /** The description of what was there before shows it, also where something follows that. */
  @Test
  void zerosBeforeADescriptionAreNoEndMark() {
    notWhole(
        ram().zeros(20).u8(0).description("{\"page_size\": 4096}").text("more"),
        RAM_END,
        "end mark: expected at the end of the stream, found one where more of it follows");
  }

  @Test
  void descriptionReachesToItsLength() throws IOException {
    ImageBytes image = ram().u8(0).description("{\"page_size\": 4096}").text("more");
    Recording r = Recording.of(image.toBytes());
    Event.Description description = r.all(Event.Description.class).getFirst();
    assertEquals(RAM_END + 1, description.range().start());
    assertEquals(RAM_END + 1 + 5 + 19, description.range().end());
    assertEquals(List.of("4 bytes follow the end of the stream"), r.notices);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void cutFrameOfADescriptionIsToldAtItsStart(int length) {
    byte[] frame = new ImageBytes().u8(6).be32(100).toBytes();
    ImageBytes image = ram().u8(0);
    for (int i = 0; i < length; i++) {
      image.u8(frame[i]);
    }
    notWhole(image, RAM_END + 1, "vmdescription: expected 5 bytes, found the end of the file");
  }

  @Test
  void cutTextOfADescriptionIsToldAtItsEnd() throws IOException {
    ImageBytes image = ram().u8(0).u8(6).be32(100).text("{\"page");
    notWhole(image, image.size(), "vmdescription: expected 100 bytes, found the end of the file");
    Recording r = Recording.of(image.toBytes());
    assertEquals(image.size(), r.all(Event.Description.class).getFirst().range().end());
    assertEquals(0, r.all(Event.Trailing.class).size());
    byte[] bytes = image.toBytes();
    Recording pipe = Recording.of(bytes, ParseOptions.DEFAULT, Recording.Place.PIPE);
    assertEquals(bytes.length, pipe.all(Event.Description.class).getFirst().range().end());
  }

  @Test
  void brokenDescriptionEndsWithItsLength() throws IOException {
    for (Recording.Place place : Recording.Place.values()) {
      ImageBytes image = ram().u8(0).description("{\"page_size\": }").text("more");
      Recording r = Recording.of(image.toBytes(), ParseOptions.DEFAULT, place);
      assertEquals(RAM_END + 1 + 5 + 15, r.all(Event.Description.class).getFirst().range().end());
      assertEquals(4, r.all(Event.Trailing.class).getFirst().range().length());
    }
    whole(ram().u8(0).description("{\"page_size\": }"));
  }

  @Test
  void descriptionAsLongAsTheLimitIsUsed() throws IOException {
    String json = "{\"page_size\": 4096}";
    byte[] image = ram().u8(0).description(json).toBytes();
    for (Recording.Place place : Recording.Place.values()) {
      ParseOptions enough = options(9, json.length());
      assertEquals(List.of(), Recording.of(image, enough, place).notices);
      Recording r = Recording.of(image, options(9, json.length() - 1), place);
      assertEquals(1, r.notices.size());
      assertEquals(image.length, r.all(Event.Description.class).getFirst().range().end());
    }
    assertEquals(
        List.of("vmdescription: framed, but cannot be used: expected at most 18 bytes, found 19"),
        Recording.of(image, options(9, 18), Recording.Place.HEAP).notices);
  }

  @Test
  void descriptionThatIsTooLongEndsWithItsLengthWhateverFollows() throws IOException {
    String json = "{\"page_size\": 4096}";
    byte[] image = ram().u8(0).description(json).fill(0x33, 300_000).toBytes();
    for (Recording.Place place : Recording.Place.values()) {
      Recording r = Recording.of(image, options(9, json.length() - 1), place);
      assertEquals(
          RAM_END + 1 + 5 + json.length(), r.all(Event.Description.class).getFirst().range().end());
    }
  }

  private static ImageBytes version2(long total) {
    return new ImageBytes().text("QEVM").be32(2).be64(total);
  }

  private static ImageBytes record(ImageBytes image, String name, String payload) {
    return image.name(name).be32(3).be32(4).be32(payload.length()).text(payload);
  }

  @Test
  void recordsOfVersion2HaveALength() throws IOException {
    ImageBytes image = record(record(version2(21 + 19), "timer", "abc"), "cpu", "abc");
    Recording r = Recording.of(image.text("tail").toBytes());
    assertEquals(
        "StreamHeader 0-8, Unknown 8-16, SectionHeader 16-34, Device 34-37, "
            + "SectionHeader 37-53, Device 53-56, Trailing 56-60, ",
        elements(r));
    assertEquals("length of the records: 40", r.all(Event.Unknown.class).getFirst().why());
    Event.SectionHeader second = r.all(Event.SectionHeader.class).getLast();
    assertEquals(4, second.recordType());
    assertEquals(1, second.section().id());
    assertEquals(3, second.section().instance());
    assertEquals(4, second.section().version());
    assertEquals(2, r.states.size());
    assertEquals(List.of("4 bytes follow the end of the stream"), r.notices);
    assertEquals(0, Recording.of(version2(0).toBytes()).all(Event.SectionHeader.class).size());
  }

  @Test
  void streamOfVersion2HasNoConfiguration() throws IOException {
    Recording r = Recording.of(version2(0).toBytes());
    assertEquals(2, r.configuration.version());
    assertFalse(r.configuration.present());
  }

  @Test
  void recordsOfVersion2AreAtMostAsManyAsTheLimit() throws IOException {
    byte[] two = record(record(version2(42), "timer", "abc"), "timer", "abc").toBytes();
    assertEquals(
        2,
        Recording.of(two, options(2, 1000), Recording.Place.HEAP).all(Event.Device.class).size());
    refused(two, options(1, 1000), 8, "", "stream: more than 1 sections");
  }

  @Test
  void lengthOfVersion2IsBelow2To63() {
    bad(version2(Long.MAX_VALUE - 7), 8, "", "stream length: expected less than 2^63, found more");
    StateFormatException e =
        assertThrows(
            StateFormatException.class,
            () -> Recording.of(record(version2(30), "timer", "abc").toBytes()));
    assertEquals("record[1]", e.path());
  }
}
