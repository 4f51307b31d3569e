package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnrecognizedFormatException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.ImageBytes;

class StreamParserTest {
  private static final int RAM_END = ImageBytes.withRam("r", 1).size();

  private static ImageBytes ram() {
    return ImageBytes.withRam("r", 1);
  }

  @Test
  void streamOfHeaderAndEndMarkIsComplete() throws IOException {
    Recording r = Recording.of(new ImageBytes().header().u8(0).toBytes());
    assertFalse(r.configuration.present());
    assertEquals(1, r.all(Event.EndOfStream.class).size());
  }

  @Test
  void missingEndMarkIsTruncation() {
    refused(ram().toBytes(), TruncatedDataException.class, RAM_END, "end mark");
  }

  @Test
  void streamVersion4IsUnsupported() {
    refused(
        new ImageBytes().text("QEVM").be32(4).toBytes(),
        UnsupportedFeatureException.class,
        4,
        "expected 2 or 3, found 4, that of Android's emulator and PANDA 1");
  }

  @Test
  void version2RecordsAreFramed() throws IOException {
    ImageBytes records =
        new ImageBytes().name("timer").be32(0).be32(2).be32(3).text("abc").name("ram").be32(0);
    records.be32(3).be32(0);
    Recording r =
        Recording.of(
            new ImageBytes()
                .text("QEVM")
                .be32(2)
                .be64(records.size())
                .raw(records.toBytes())
                .toBytes());
    assertEquals(
        List.of("timer", "ram"),
        r.all(Event.SectionHeader.class).stream().map(h -> h.section().name()).toList());
  }

  @Test
  void emptyFileIsTruncated() {
    refused(new byte[0], TruncatedDataException.class, 0, "empty file");
  }

  @Test
  void otherFilesGetAHint() {
    refused(
        new ImageBytes().text("QFI").u8(0xfb).zeros(20).toBytes(),
        UnrecognizedFormatException.class,
        0,
        "qcow2");
    refused(
        new ImageBytes().u8(0x7f).text("ELF").zeros(20).toBytes(),
        UnrecognizedFormatException.class,
        0,
        "ELF");
    refused(
        new ImageBytes().zeros(64).toBytes(), UnrecognizedFormatException.class, 0, "only zeros");
  }

  @Test
  void streamBehindUnusedSpaceIsFound() throws IOException {
    Recording r = Recording.of(new ImageBytes().zeros(69).header().u8(0).toBytes());
    assertEquals(69, r.all(Event.Gap.class).getFirst().range().length());
  }

  @Test
  void capabilitiesPageBitsAndUuidAreRead() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("virt-10.0", "x-ignore-shared");
    image.u8(5).name("configuration/target-page-bits").be32(1).be32(16);
    image.u8(5).name("configuration/uuid").be32(1).be64(0x123456789abcdef0L).be64(1);
    Recording r = Recording.of(image.u8(0).toBytes());
    assertEquals(List.of("x-ignore-shared"), r.configuration.capabilities());
    assertEquals(16, r.configuration.pageBits().getAsInt());
    assertEquals("12345678-9abc-def0-0000-000000000001", r.configuration.uuid().orElseThrow());
  }

  @Test
  void unknownSubsectionOfTheConfigurationEndsAtTheNextRecord() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.u8(5).name("configuration/news").be32(1).text("payload");
    image.section(1, 1, "ram", 0, 4).be64(4).eos().footer(1).u8(0);
    Recording r = Recording.of(image.toBytes());
    assertEquals(List.of("configuration/news"), r.configuration.unknown());
    assertEquals(1, r.all(Event.RamTotal.class).size());
  }

  @Test
  void machineNameOfMoreThan255BytesIsMalformed() {
    refused(
        new ImageBytes().header().u8(7).be32(256).zeros(256).toBytes(),
        MalformedDataException.class,
        8,
        "configuration");
  }

  @Test
  void secondConfigurationIsNoRecord() {
    refused(
        new ImageBytes().header().configuration("pc").configuration("pc").toBytes(),
        MalformedDataException.class,
        15,
        "record type: expected 0 to 4 or 8, found 0x7");
  }

  @Test
  void partOfAnUnknownSectionIsMalformed() {
    refused(ram().again(2, 9).toBytes(), MalformedDataException.class, RAM_END + 1, "announced");
  }

  @Test
  void footerOfAnotherSectionIsMalformed() {
    refused(
        ram().again(2, 1).eos().footer(2).toBytes(),
        MalformedDataException.class,
        RAM_END + 5 + 8 + 1,
        "expected id 1, found 2");
  }

  @Test
  void missingFooterIsMalformedWhenOthersHaveOne() {
    refused(
        ram().again(2, 1).eos().u8(0).toBytes(),
        MalformedDataException.class,
        RAM_END + 5 + 8,
        "footer");
  }

  @Test
  void streamWithoutFootersIsRead() throws IOException {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(4).eos();
    Recording r = Recording.of(image.again(3, 1).eos().u8(0).toBytes());
    assertEquals(0, r.all(Event.SectionFooter.class).size());
    assertEquals(2, r.all(Event.SectionHeader.class).size());
  }

  @Test
  void emptySectionNameIsMalformed() {
    refused(
        ram().section(4, 2, "", 0, 1).toBytes(), MalformedDataException.class, RAM_END + 5, "name");
  }

  @Test
  void commandsAreRead() throws IOException {
    Recording r = Recording.of(ram().u8(8).be16(2).be16(4).be32(1).u8(0).toBytes());
    assertEquals(2, r.all(Event.Command.class).getFirst().code());
    assertEquals(List.of(), r.notices);
  }

  @Test
  void recordsInsideAPackageAreReadLikeTheOthers() throws IOException {
    ImageBytes inside = new ImageBytes().u8(8).be16(4).be16(0);
    inside.section(4, 6, "dev", 0, 1).u8(9).footer(6).u8(8).be16(5).be16(0);
    ImageBytes image = ram().u8(8).be16(7).be16(4).be32(inside.size()).raw(inside.toBytes());
    Recording r = Recording.of(image.again(3, 1).eos().footer(1).u8(0).toBytes());
    assertEquals(List.of(7, 4, 5), r.all(Event.Command.class).stream().map(c -> c.code()).toList());
    assertEquals(1, r.all(Event.Device.class).size());
  }

  @ParameterizedTest
  @EnumSource
  void deviceBetweenTheRamRecordsIsRead(Recording.Place place) throws IOException {
    ImageBytes image = ram().section(4, 9, "virtio-mem-device-early", 0, 1).u8(3).footer(9);
    image.again(2, 1).be64(8).name("r").fill(7, 4096).eos().footer(1);
    byte[] bytes = image.again(3, 1).eos().footer(1).u8(0).toBytes();
    Recording r = Recording.of(bytes, ParseOptions.DEFAULT, place);
    assertEquals(1, r.runs.size());
    assertEquals(7, Recording.withMemory(bytes, place).memory(0)[0]);
  }

  @Test
  void unknownCommandAndWrongLengthAreNoted() throws IOException {
    Recording r =
        Recording.of(ram().u8(8).be16(77).be16(0).u8(8).be16(11).be16(1).u8(0).u8(0).toBytes());
    assertEquals(
        List.of("command 77 is not known", "command switchover-start: expected 0 bytes, found 1"),
        r.notices);
  }

  @Test
  void sectionWithoutDescriptionEndsAtItsFooter() throws IOException {
    // the payload holds a footer's bytes, after which no record begins
    ImageBytes image = ram().section(4, 5, "dev", 0, 1).text("ab").footer(5).u8(0x99).text("cd");
    Recording r = Recording.of(image.footer(5).u8(0).toBytes());
    assertEquals(2 + 5 + 3, r.all(Event.Device.class).getFirst().range().length());
  }

  @Test
  void sectionWithoutEndIsUnknownToTheEndOfTheFile() throws IOException {
    Recording r = Recording.of(ram().section(4, 5, "dev", 0, 1).text("abcdef").toBytes());
    assertEquals(6, r.all(Event.Unknown.class).getFirst().range().length());
    assertTrue(r.notices.getLast().contains("rest of the file is unknown"));
  }

  @Test
  void trailingBytesAreAnElement() throws IOException {
    Recording r = Recording.of(ram().u8(0).text("tail").toBytes());
    assertEquals(4, r.all(Event.Trailing.class).getFirst().range().length());
  }

  @Test
  void brokenDescriptionIsNoted() throws IOException {
    Recording r = Recording.of(ram().u8(0).description("{\"page_size\": }").toBytes());
    assertEquals(1, r.all(Event.Description.class).size());
    assertEquals(1, r.notices.size(), r.notices.toString());
    assertTrue(
        r.notices.getFirst().contains("framed, but cannot be used: JSON"), r.notices.toString());
  }

  @Test
  void framedDescriptionOfAnotherFormIsNoted() throws IOException {
    Recording r = Recording.of(ram().u8(0).description("{\"devices\": 7}").toBytes());
    assertEquals(1, r.notices.size(), r.notices.toString());
    assertTrue(r.notices.getFirst().contains("framed, but cannot be used"), r.notices.toString());
  }

  @Test
  void cutDescriptionIsNoted() throws IOException {
    Recording r = Recording.of(ram().u8(0).u8(6).be32(1000).text("{\"page").toBytes());
    assertEquals(1, r.all(Event.Description.class).size());
    assertEquals(1, r.notices.size());
  }

  @Test
  void idsAndVersionsUseAll32Bits() throws IOException {
    Recording r =
        Recording.of(
            ram()
                .section(4, 0xfffffffeL, "d", 0x80000000L, 0)
                .u8(1)
                .footer(0xfffffffeL)
                .u8(0)
                .toBytes());
    assertEquals(0x80000000L, r.all(Event.SectionHeader.class).getLast().section().instance());
  }
}
