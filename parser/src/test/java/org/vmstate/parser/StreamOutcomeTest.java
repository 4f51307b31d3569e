package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.ParseOptions.Extent;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.ImageBytes;

/** How a pass ends, and for which reason an image is none to rely on. */
class StreamOutcomeTest {
  private static final String DEVICE =
      "{\"page_size\": 4096, \"devices\": [{\"name\": \"dev\", \"instance_id\": 0, \"vmsd_name\":"
          + " \"dev\", \"version\": 1, \"fields\": [{\"name\": \"a\", \"type\": \"uint16\","
          + " \"size\": 2}]}]}";

  private static ImageBytes ram() {
    return ImageBytes.withRam("r", 1);
  }

  private static ImageBytes device(ImageBytes payload) {
    return ram().section(4, 2, "dev", 0, 1).raw(payload.toBytes());
  }

  private static Outcome outcome(ImageBytes image, ParseOptions options, Recording.Place place)
      throws IOException {
    return Recording.read(image.toBytes(), options, place, new Recording(), false);
  }

  private static StateFormatException broken(ImageBytes image) throws IOException {
    Outcome outcome = outcome(image, ParseOptions.DEFAULT, Recording.Place.HEAP);
    return assertInstanceOf(Outcome.Broken.class, outcome).problem();
  }

  private static Reason refused(ImageBytes image) {
    return assertThrows(StateFormatException.class, () -> Recording.of(image.toBytes())).reason();
  }

  @Test
  void passIsWholeOrThePartThatWasAskedFor() throws IOException {
    ImageBytes image = ram().ended().u8(0);
    assertEquals(Outcome.WHOLE, outcome(image, ParseOptions.DEFAULT, Recording.Place.HEAP));
    for (Extent extent : List.of(Extent.HEAD, Extent.DEVICES)) {
      assertEquals(
          new Outcome.Part(extent),
          outcome(image, ParseOptions.DEFAULT.with(extent), Recording.Place.HEAP));
    }
  }

  @Test
  void anotherPassOverABrokenImageNamesTheSamePlace() throws IOException {
    byte[] image = ram().u8(4).toBytes();
    try (ByteSource source = ImageReader.open(new ByteArrayInputStream(image)).seekable()) {
      List<String> places = new ArrayList<>();
      for (int pass = 0; pass < 2; pass++) {
        source.seek(source.origin());
        StateFormatException broken =
            assertThrows(
                StateFormatException.class,
                () -> ImageReader.read(source, ParseOptions.DEFAULT, _ -> {}));
        places.add(broken.path());
      }
      assertEquals("section[1].header", places.getFirst());
      assertEquals(places.getFirst(), places.getLast());
    }
  }

  @Test
  void headEndsWithTheBlockList() throws IOException {
    Recording r = new Recording();
    byte[] image = ram().u8(0x99).toBytes();
    Recording.read(image, ParseOptions.DEFAULT.ofHead(), Recording.Place.HEAP, r, false);
    assertInstanceOf(Event.SectionFooter.class, r.elements.getLast());
  }

  @Test
  void headReachesToTheMemoryWhateverComesBefore() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.section(4, 5, "early", 0, 1).u8(7).footer(5);
    image.section(1, 1, "ram", 0, 4).be64(0x1004).name("r").be64(0x1000).eos().footer(1);
    Recording r = new Recording();
    Recording.read(
        image.u8(0x99).toBytes(), ParseOptions.DEFAULT.ofHead(), Recording.Place.HEAP, r, false);
    assertEquals("r", r.blocks.getFirst().name());
  }

  /** Nothing of a pipe is known before it is read, and the same is said of it. */
  @Test
  void pipeEndsAsAFileDoes() throws IOException {
    ImageBytes pc = ImageBytes.withRam("pc", "r", 1);
    ImageBytes broken = new ImageBytes().raw(pc.toBytes()).u8(0).description("{\"page_size\": }");
    ImageBytes cut = new ImageBytes().raw(pc.toBytes()).u8(0).u8(6).be32(100).text("{\"page");
    ImageBytes zeros = new ImageBytes().raw(pc.toBytes()).zeros(300_000).footer(7).u8(0);
    for (Recording.Place place : Recording.Place.values()) {
      assertEquals(Outcome.WHOLE, outcome(broken, ParseOptions.DEFAULT, place));
      assertInstanceOf(Outcome.Broken.class, outcome(cut, ParseOptions.DEFAULT, place));
      assertInstanceOf(Outcome.Broken.class, outcome(zeros, ParseOptions.DEFAULT, place));
    }
  }

  /** The payload of a device that nobody can decode ends at its footer, not at the last like it. */
  @ParameterizedTest
  @EnumSource
  void streamAfterAStreamIsNoPayload(Recording.Place place) throws IOException {
    byte[] one = device(new ImageBytes().text("abc")).footer(2).u8(0).toBytes();
    ImageBytes twice = new ImageBytes().raw(one).raw(one);
    Outcome outcome = outcome(twice, ParseOptions.DEFAULT, place);
    StateFormatException e = assertInstanceOf(Outcome.Broken.class, outcome).problem();
    assertEquals(Reason.END_MARK_EARLY, e.reason());
    assertEquals(one.length - 1, e.offset());
  }

  @Test
  void tolerantPassIsWholeWhateverItMet() throws IOException {
    ImageBytes image = device(new ImageBytes().text("abc"));
    assertInstanceOf(
        Outcome.Broken.class, outcome(image, ParseOptions.DEFAULT, Recording.Place.HEAP));
    assertEquals(
        Outcome.WHOLE, outcome(image, ParseOptions.DEFAULT.tolerating(), Recording.Place.HEAP));
  }

  @Test
  void recordThatIsNoneHasItsReason() {
    assertEquals(Reason.CONFIGURATION_TWICE, refused(ram().configuration("pc")));
    assertEquals(Reason.RECORD_TYPE_UNKNOWN, refused(ram().u8(9)));
  }

  /** Type, id, length of the name; the name; instance and version. */
  @ParameterizedTest
  @CsvSource({
    "1, SECTION_NAME_CUT", "5, SECTION_NAME_CUT", "6, SECTION_NAME_CUT", "8, SECTION_NAME_CUT",
    "9, DATA_ENDS", "12, DATA_ENDS", "13, DATA_ENDS", "16, DATA_ENDS"
  })
  void headerThatIsCutHasItsReason(int length, Reason reason) {
    byte[] header = new ImageBytes().section(4, 2, "dev", 0, 1).toBytes();
    assertEquals(reason, refused(ram().raw(Arrays.copyOf(header, length))));
  }

  @Test
  void firstProblemIsTheOneThatIsTold() throws IOException {
    ImageBytes image = device(new ImageBytes().be16(7).u8(1)).footer(2);
    image.section(4, 3, "dev", 0, 1).u8(1).footer(3).u8(0).description(DEVICE);
    StateFormatException e = broken(image);
    assertEquals(Reason.DEVICE_ENDS_ELSEWHERE, e.reason());
    assertEquals("dev: the description gives 2 bytes, no footer follows", e.words());
    assertInstanceOf(MalformedDataException.class, e);
  }

  @Test
  void stateHasAReasonForWhatFollowsIt() throws IOException {
    ImageBytes other = device(new ImageBytes().be16(7).footer(9)).footer(2).u8(0);
    assertEquals(Reason.DEVICE_FOOTER_ID, broken(other.description(DEVICE)).reason());
    ImageBytes payload = new ImageBytes().be16(7).u8(5).name("dev/more").be32(1);
    ImageBytes subsection = device(payload).footer(2).u8(0).description(DEVICE);
    assertEquals(Reason.DEVICE_SUBSECTION_UNKNOWN, broken(subsection).reason());
    // a length that runs to the end of the file is no name
    ImageBytes cut = device(new ImageBytes().be16(7).u8(5)).footer(2).u8(0);
    assertEquals(Reason.DEVICE_ENDS_ELSEWHERE, broken(cut.description(DEVICE)).reason());
  }

  @Test
  void deviceThatDoesNotDecodeIsAProblem() throws IOException {
    String two =
        DEVICE.replace(
            "\"size\": 2}]",
            "\"size\": 2}, {\"name\": \"b\", \"type\": \"buffer\"," + " \"size\": 100000}]");
    ImageBytes image = device(new ImageBytes().be16(7)).footer(2).u8(0).description(two);
    assertEquals(Reason.DATA_ENDS, broken(image).reason());
    // the pass goes on with the right path
    ImageBytes later = device(new ImageBytes().be16(7)).footer(2).again(3, 1).eos().footer(1);
    later.u8(9).description(two);
    StateFormatException e =
        assertThrows(StateFormatException.class, () -> Recording.of(later.toBytes()));
    assertEquals("", e.path());
  }

  @Test
  void tableThatDoesNotFitLeavesThePathAsItWas() {
    ImageBytes image = new ImageBytes().header().configuration("pc-i440fx-10.0");
    image.section(1, 1, "ram", 0, 4).be64(4).eos().footer(1);
    image.section(4, 2, "timer", 0, 2).u8(1).footer(2).again(3, 1).eos().footer(1).u8(9);
    StateFormatException e =
        assertThrows(StateFormatException.class, () -> Recording.of(image.toBytes()));
    assertEquals("", e.path());
    assertEquals(Reason.RECORD_TYPE_UNKNOWN, e.reason());
  }

  /** A stream of old is as good as it was written, so that only reading on is not possible. */
  @Test
  void endThatNothingTellsIsUnsupportedAndOneThatIsLostMalformed() throws IOException {
    assertInstanceOf(MalformedDataException.class, broken(device(new ImageBytes().text("abc"))));
    ImageBytes old = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(4).eos();
    old.section(4, 2, "dev", 0, 1).text("abc");
    StateFormatException e = broken(old);
    assertInstanceOf(UnsupportedFeatureException.class, e);
    assertEquals(Reason.SECTION_END_UNKNOWN, e.reason());
    ImageBytes described = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(4).eos();
    described.section(4, 2, "dev", 0, 1).text("abc").u8(0).description(DEVICE);
    assertInstanceOf(MalformedDataException.class, broken(described));
  }

  @Test
  void describedDeviceWithoutEndEndsThePass() throws IOException {
    ImageBytes image = device(new ImageBytes().text("abcdef")).u8(0).description(DEVICE);
    Recording r = Recording.of(image.toBytes());
    assertInstanceOf(Event.Unknown.class, r.elements.getLast());
  }

  @ParameterizedTest
  @EnumSource
  void iterableSectionWithoutEndEndsThePass(Recording.Place place) throws IOException {
    ImageBytes image = ram().section(1, 5, "something", 0, 1).text("abcdef");
    Recording r = Recording.of(image.toBytes(), ParseOptions.DEFAULT, place);
    assertInstanceOf(Event.Unknown.class, r.elements.getLast());
    image = ram().section(1, 5, "something", 0, 1).text("ab").footer(5).u8(0);
    r = Recording.of(image.toBytes(), ParseOptions.DEFAULT, place);
    assertEquals(2, r.payloads().getFirst().range().length());
  }

  /** The bytes of a section must be at hand when it is told, whoever tells its end. */
  @ParameterizedTest
  @EnumSource
  void payloadIsAtHandWhenItIsTold(Recording.Place place) throws IOException {
    ImageBytes image = ram().section(1, 5, "spapr/htab", 0, 1).be32(0x15).footer(5);
    image.section(1, 6, "something", 0, 1).text("abc").footer(6);
    image.section(4, 2, "dev", 0, 1).text("de").footer(2).u8(0);
    Recording r = Recording.copying(image.description(DEVICE).toBytes(), place);
    assertArrayEquals(new ImageBytes().be32(0x15).text("abcde").toBytes(), r.copied.toByteArray());
  }

  @ParameterizedTest
  @EnumSource
  void endMarkInTheMiddleIsFoundInAnyPlace(Recording.Place place) throws IOException {
    Outcome outcome = outcome(ram().zeros(20).footer(7).u8(0), ParseOptions.DEFAULT, place);
    StateFormatException e = assertInstanceOf(Outcome.Broken.class, outcome).problem();
    assertEquals(Reason.END_MARK_EARLY, e.reason());
  }

  /** The zero may be one of those that were written over the END and what comes after it. */
  @ParameterizedTest
  @EnumSource
  void endMarkBeforeTheEndOfAnIterableIsNone(Recording.Place place) throws IOException {
    ImageBytes part = ram().again(2, 1).eos().footer(1);
    ImageBytes other = ram().section(1, 5, "spapr/htab", 0, 1).be32(0x15).footer(5).ended();
    ImageBytes later = device(new ImageBytes().be16(7)).footer(2).ended();
    later.section(1, 5, "spapr/htab", 0, 1).be32(0x15).footer(5);
    for (ImageBytes image : List.of(ram(), part, other, later)) {
      Outcome outcome = outcome(image.u8(0), ParseOptions.DEFAULT, place);
      StateFormatException e = assertInstanceOf(Outcome.Broken.class, outcome).problem();
      assertEquals(Reason.SECTION_NEVER_ENDED, e.reason());
      assertEquals(image.size() - 1, e.offset());
    }
  }

  /** With its devices after the last PART, or a description that tells that the writer was done. */
  @ParameterizedTest
  @EnumSource
  void backgroundSnapshotHasNoEnd(Recording.Place place) throws IOException {
    ImageBytes snapshot = device(new ImageBytes().be16(7)).footer(2).u8(0);
    assertEquals(Outcome.WHOLE, outcome(snapshot, ParseOptions.DEFAULT, place));
    ImageBytes described = ram().again(2, 1).eos().footer(1).u8(0).description(DEVICE);
    assertEquals(Outcome.WHOLE, outcome(described, ParseOptions.DEFAULT, place));
  }

  /** The last six bytes must all come after the end mark to say that a stream ends there. */
  @Test
  void oneByteAfterTheEndMarkIsNoStream() throws IOException {
    ImageBytes image = new ImageBytes().header().section(1, 0x7e000001L, "ram", 0, 4).be64(4);
    image.eos().footer(0x7e000001L).again(3, 0x7e000001L).eos().footer(0x7e000001L).u8(0).u8(0);
    assertEquals(Outcome.WHOLE, outcome(image, ParseOptions.DEFAULT, Recording.Place.HEAP));
  }

  /** A zero with anything but a description after it is no end mark, so a footer is missing. */
  @Test
  void zeroAfterTheFirstSectionNeedNotBeTheEndMark() {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(4).eos();
    assertEquals(Reason.FOOTER_MISSING, refused(image.u8(0).u8(0x55)));
  }
}
