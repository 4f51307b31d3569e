package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.ImageBytes;

/** Records of a stream: their order, places, ends and errors. */
class StreamRulesTest extends StreamRules {
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
        "stream version: expected 2 or 3, found 4, that of Android's emulator and PANDA 1");
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
}
