package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Subsection;
import org.vmstate.formats.ram.BitmapOrder;
import org.vmstate.testkit.ImageBytes;

/** The configuration record, and what a reader of memory takes from it. */
class ConfigurationRulesTest {
  private static final int SUBSECTION = 8 + 7;

  private static ImageBytes head() {
    return new ImageBytes().header().configuration("pc");
  }

  private static ImageBytes bits(ImageBytes image, int bits) {
    return image.u8(5).name("configuration/target-page-bits").be32(1).be32(bits);
  }

  private static List<Event.SubsectionPart> parts(Recording r) {
    return r.all(Event.Configuration.class).getFirst().parts();
  }

  private static Recording end(ImageBytes image) throws IOException {
    return Recording.of(image.u8(0).toBytes());
  }

  @Test
  void subsectionIsToldWithItsVersionAndBytes() throws IOException {
    Recording r = end(head().u8(5).name("configuration/uuid").be32(7).be64(1).be64(2));
    Event.SubsectionPart e = parts(r).getFirst();
    Subsection subsection = e.subsection();
    assertEquals("configuration/uuid", subsection.name());
    assertEquals(7, subsection.version());
    assertArrayEquals(new ImageBytes().be64(1).be64(2).toBytes(), subsection.payload());
    assertEquals(SUBSECTION, e.range().start());
    assertEquals(SUBSECTION + 24 + 16, e.range().end());
  }

  @Test
  void machineIsToldWithTheRecord() throws IOException {
    Recording r = end(head());
    assertEquals("pc", r.configuration.machine());
    assertEquals(3, r.configuration.version());
    Event.Configuration e = r.all(Event.Configuration.class).getFirst();
    assertEquals("pc", e.configuration().machine());
    assertEquals(8, e.range().start());
    assertEquals(15, e.range().end());
    assertEquals(OptionalInt.empty(), r.configuration.pageBits());
    assertEquals(Optional.empty(), r.configuration.uuid());
  }

  @Test
  void machineNameHasAtMost255Bytes() throws IOException {
    String name = "m".repeat(255);
    assertEquals(name, end(new ImageBytes().header().configuration(name)).configuration.machine());
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 19})
  void pageBitsAre8To19(int bits) throws IOException {
    assertEquals(bits, end(bits(head(), bits)).configuration.pageBits().getAsInt());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 20, -1})
  void otherPageBitsAreMalformed(int bits) {
    refused(
        bits(head(), bits).toBytes(),
        ParseOptions.DEFAULT,
        SUBSECTION + 1 + 1 + 30 + 4,
        "configuration.configuration/target-page-bits",
        "target page bits: expected 8 to 19, found " + Integer.toUnsignedString(bits));
  }

  @Test
  void sixtyFourSubsectionsAreReadAndNoMore() throws IOException {
    ImageBytes image = head();
    for (int i = 0; i < 64; i++) {
      bits(image, 12);
    }
    int more = image.size();
    assertEquals(64, parts(end(new ImageBytes().raw(image.toBytes()))).size());
    refused(
        bits(image, 12).toBytes(),
        ParseOptions.DEFAULT,
        more,
        "configuration",
        "configuration: more than 64 subsections");
  }

  private static ImageBytes unknown(int payload) {
    return head().u8(5).name("configuration/news").be32(1).fill(0x33, payload);
  }

  private static long payload(ImageBytes image) throws IOException {
    Recording r = Recording.of(image.toBytes());
    assertEquals("configuration: subsection configuration/news is not known", r.notices.getFirst());
    assertEquals(List.of("configuration/news"), r.configuration.unknown());
    return parts(r).getFirst().subsection().payload().length;
  }

  /** The records that may follow a configuration end a subsection of unknown length. */
  @Test
  void unknownSubsectionEndsAtARecord() throws IOException {
    for (int length : new int[] {0, 1, 300}) {
      assertEquals(length, payload(bits(unknown(length), 12).u8(0)));
      ImageBytes ram = unknown(length).section(1, 1, "ram", 0, 4).be64(4).eos().footer(1);
      assertEquals(length, payload(ram.u8(0)));
      assertEquals(length, payload(unknown(length).u8(8).be16(1).be16(0).u8(0)));
      ImageBytes bitmap = unknown(length).section(1, 1, "dirty-bitmap", 0, 1).u8(1).footer(1);
      assertEquals(length, payload(bitmap.u8(0)));
    }
  }

  /** What only looks like one of these belongs to the payload. */
  @Test
  void unknownSubsectionDoesNotEndAtOtherBytes() throws IOException {
    for (ImageBytes other :
        List.of(
            new ImageBytes().u8(5).name("configuratiom/x").be32(1),
            new ImageBytes().u8(5).name("config").be32(1),
            new ImageBytes().u8(5).u8(13).text("configuration/"),
            new ImageBytes().section(1, 1, "rax", 0, 4),
            new ImageBytes().section(1, 1, "ra", 0, 4),
            new ImageBytes().section(4, 1, "ram", 0, 4),
            new ImageBytes().u8(8).be16(2).be16(0),
            new ImageBytes().u8(8).be16(0x8001).be16(0),
            new ImageBytes().u8(8).be16(0).be16(1),
            new ImageBytes().u8(0))) {
      int length = 20 + other.size();
      ImageBytes image = unknown(20).raw(other.toBytes());
      assertEquals(length, payload(bits(image, 12).u8(0)));
    }
  }

  @Test
  void endOfAnUnknownSubsectionIsLookedForIn32KiB() throws IOException {
    assertEquals(32767, payload(bits(unknown(32767), 12).u8(0)));
    refused(
        bits(unknown(32768), 12).toBytes(),
        ParseOptions.DEFAULT,
        SUBSECTION,
        "configuration.configuration/news",
        "configuration: no end of subsection configuration/news found");
  }

  @ParameterizedTest
  @EnumSource
  void longSubsectionIsToldWithItsBytesFromAnyPlace(Recording.Place place) throws IOException {
    byte[] image = bits(unknown(30_000), 12).u8(0).toBytes();
    Recording r = Recording.of(image, ParseOptions.DEFAULT, place);
    byte[] expected = new ImageBytes().fill(0x33, 30_000).toBytes();
    assertArrayEquals(expected, parts(r).getFirst().subsection().payload());
  }

  private static String described(String name, int size) {
    return "{\"vmsd_name\": \"configuration/"
        + name
        + "\", \"version\": 1, \"fields\": [{\"name\": \"a\", \"type\": \"buffer\", \"size\": "
        + size
        + "}]}";
  }

  /** What the description says of a subsection is believed where nothing shows its end. */
  @Test
  void describedSubsectionEndsWhereTheDescriptionSays() throws IOException {
    ImageBytes image = unknown(33).section(4, 7, "dev", 0, 1).u8(1).footer(7).u8(0);
    image.description(
        "{\"configuration\": {\"vmsd_name\": \"configuration\", \"version\": 1, \"fields\": [],"
            + " \"subsections\": ["
            + described("other", 1)
            + ", "
            + described("news", 33)
            + "]}, \"page_size\": 4096}");
    assertEquals(33, payload(image));
  }

  private static ParseOptions options(Optional<FormatId> format, OptionalInt pageSize) {
    ParseOptions d = ParseOptions.DEFAULT;
    return new ParseOptions(
        format,
        d.streamOffset(),
        pageSize,
        Optional.of(BitmapOrder.LITTLE),
        d.xbzrle(),
        d.extent(),
        d.tolerant(),
        d.limits());
  }

  /** A stream with one block and the JSON given. */
  private static byte[] block(ImageBytes head, String json) {
    long length = 1L << 20;
    head.section(1, 1, "ram", 0, 4).be64(length | 4).name("r").be64(length).eos().footer(1);
    head.again(3, 1).eos().footer(1).u8(0);
    return (json.isEmpty() ? head : head.description(json)).toBytes();
  }

  private static int pageSize(byte[] image, OptionalInt given) throws IOException {
    ParseOptions options = options(Optional.empty(), given);
    return Recording.of(image, options, Recording.Place.HEAP).blocks.getFirst().pageSize();
  }

  /** A machine type whose page size depends on its CPU. */
  private static ImageBytes board() {
    return new ImageBytes().header().configuration("raspi2b");
  }

  /** First what was given, then what the stream says, the machine, and the description. */
  @Test
  void pageSizeComesFromWhoKnowsItBest() throws IOException {
    String json = "{\"page_size\": 16384}";
    ImageBytes niagara = new ImageBytes().header().configuration("niagara");
    assertEquals(8192, pageSize(block(niagara, ""), OptionalInt.empty()));
    assertEquals(4096, pageSize(block(head(), ""), OptionalInt.empty()));
    assertEquals(16384, pageSize(block(board(), json), OptionalInt.empty()));
    ImageBytes pc = new ImageBytes().header().configuration("pc-q35-10.0");
    assertEquals(4096, pageSize(block(pc, json), OptionalInt.empty()));
    assertEquals(1024, pageSize(block(bits(head(), 10), json), OptionalInt.empty()));
    assertEquals(2048, pageSize(block(bits(head(), 10), json), OptionalInt.of(2048)));
  }

  @ParameterizedTest
  @CsvSource({"256, 256", "524288, 524288", "128, 4096", "1048576, 4096", "5000, 4096", "0, 4096"})
  void pageSizeOfADescriptionIsOneThatTargetsHave(long described, int used) throws IOException {
    String json = "{\"page_size\": " + described + "}";
    assertEquals(used, pageSize(block(board(), json), OptionalInt.empty()));
  }

  private static byte[] mapped(ImageBytes head, boolean address) {
    head.section(1, 1, "ram", 0, 4).be64(0x1004).name("r").be64(0x1000);
    if (address) {
      head.be64(1L << 32);
    }
    int at = head.size() + 28;
    head.be32(1).be64(4096).be64(at).be64(at + 8).zeros(8 + 4096).eos().footer(1);
    return head.again(3, 1).eos().footer(1).u8(0).toBytes();
  }

  private static byte[] fixed2022(ImageBytes head, boolean address) {
    head.section(1, 1, "ram", 0, 4).be64(0x1004).name("r").be64(0x1000);
    if (address) {
      head.be64(1L << 32);
    }
    int at = head.size() + 12;
    head.be32(8).be64(at + 8).zeros(8 + 4096).eos().footer(1);
    return head.again(3, 1).footer(1).u8(0).toBytes();
  }

  private static long version(byte[] image, Optional<FormatId> format) throws IOException {
    ParseOptions options = options(format, OptionalInt.empty());
    return Recording.of(image, options, Recording.Place.HEAP)
        .blocks
        .getFirst()
        .mapped()
        .orElseThrow()
        .version();
  }

  @Test
  void capabilityTellsTheLayoutOfPages() throws IOException {
    ImageBytes head = new ImageBytes().header().configuration("pc", "mapped-ram");
    assertEquals(1, version(mapped(head, false), Optional.empty()));
  }

  /** The name that two layouts had: today's header begins with 1, that of 2022 with a length. */
  @Test
  void headerTellsTheLayoutsOfOneNameApart() throws IOException {
    for (boolean address : new boolean[] {false, true}) {
      String[] names =
          address ? new String[] {"fixed-ram", "x-ignore-shared"} : new String[] {"fixed-ram"};
      ImageBytes head = new ImageBytes().header().configuration("pc", names);
      assertEquals(1, version(mapped(head, address), Optional.empty()));
      head = new ImageBytes().header().configuration("pc", names);
      assertEquals(0, version(fixed2022(head, address), Optional.empty()));
    }
  }

  @Test
  void formatThatWasGivenTellsTheLayout() throws IOException {
    assertEquals(1, version(mapped(head(), false), Optional.of(FormatId.QEMU_MAPPED_RAM)));
    assertEquals(0, version(fixed2022(head(), false), Optional.of(FormatId.QEMU_FIXED_RAM)));
  }

  @ParameterizedTest
  @EnumSource(names = {"QEMU"})
  void formatOfRecordsIsBelievedToo(FormatId format) throws IOException {
    byte[] image = block(new ImageBytes().header().configuration("pc", "mapped-ram"), "");
    ParseOptions options = options(Optional.of(format), OptionalInt.empty());
    Recording r = Recording.of(image, options, Recording.Place.HEAP);
    assertEquals(Optional.empty(), r.blocks.getFirst().mapped());
  }
}
