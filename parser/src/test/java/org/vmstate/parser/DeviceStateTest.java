package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.PointerArray;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.vmdesc.DescriptionFinder;
import org.vmstate.parser.vmdesc.DeviceCounter;
import org.vmstate.testkit.ImageBytes;

/** Device state by its description. */
class DeviceStateTest {
  private static final String STRUCT_OF_U8 =
      "\"struct\": {\"vmsd_name\": \"s\", \"version\": 1, \"fields\": [{\"name\": \"x\", \"type\":"
          + " \"uint8\", \"size\": 1}]}, \"size\": 1}";

  /** An image with one device of the given fields and payload. */
  private static byte[] image(String members, ImageBytes payload) {
    return ImageBytes.withRam("r", 1)
        .section(4, 2, "dev", 0, 1)
        .raw(payload.toBytes())
        .footer(2)
        .u8(0)
        .description(
            "{\"page_size\": 4096, \"devices\": [{\"name\": \"dev\", \"instance_id\": 0,"
                + " \"vmsd_name\": \"dev\", \"version\": 1, "
                + members
                + "}]}")
        .toBytes();
  }

  private static String fields(String... fields) {
    return "\"fields\": [" + String.join(", ", fields) + "]";
  }

  private static String field(String name, String type, int size) {
    return String.format(
        Locale.ROOT, "{\"name\": \"%s\", \"type\": \"%s\", \"size\": %d}", name, type, size);
  }

  private static Recording read(String members, ImageBytes payload) throws IOException {
    return Recording.of(image(members, payload));
  }

  private static StateNode state(String members, ImageBytes payload) throws IOException {
    Recording r = read(members, payload);
    assertEquals(List.of(), r.notices);
    return r.states.values().iterator().next().orElseThrow();
  }

  @Test
  void fieldsAreReadInOrder() throws IOException {
    StateNode state =
        state(
            fields(field("a", "uint32", 4), field("b", "bool", 1), field("c", "what?", 3)),
            new ImageBytes().be32(7).u8(1).text("xyz"));
    assertEquals(3, state.fields().size());
    assertArrayEquals(new byte[] {0, 0, 0, 7}, state.fields().get(0).raw());
    assertArrayEquals("xyz".getBytes(StandardCharsets.US_ASCII), state.fields().get(2).raw());
  }

  /** A volume that is used again ends with what an older, longer stream left. */
  @Test
  void descriptionOfTheStreamIsTakenAndNotThatOfAnOlderOneAfterIt() throws IOException {
    byte[] stream = image(fields(field("a", "uint32", 4)), new ImageBytes().be32(7));
    byte[] older = image(fields(field("old", "uint8", 1)), new ImageBytes().u8(9));
    for (int zeros : new int[] {5, 1000}) {
      byte[] volume =
          new ImageBytes()
              .raw(stream)
              .raw(Arrays.copyOfRange(older, 60, older.length))
              .raw(new byte[zeros])
              .toBytes();
      Recording r = Recording.of(volume);
      StateNode state = r.states.values().iterator().next().orElseThrow();
      assertEquals("a", state.fields().getFirst().desc().name());
      assertEquals(
          stream.length, r.all(Event.Trailing.class).getFirst().range().start(), "" + zeros);
    }
  }

  /**
   * QEMU up to 9.2 describes the array by its first element: the subsystems of which devices have
   * names, and that of virtual devices, are not NULL.
   */
  @ParameterizedTest
  @CsvSource({
    "fe.0.0001, 1, '254 1 1'",
    "1.0.0001, 1, '1 1 252 1 1'",
    "0.0.0001, 768, '1 253 1 1'"
  })
  void subsystemsOfS390AreThereWhereADeviceIs(String device, int size, String runs)
      throws IOException {
    int other = Integer.parseInt(device.substring(0, device.indexOf('.')), 16);
    ImageBytes payload = new ImageBytes();
    for (int i = 0; i < 256; i++) {
      if (i == other || i == 0xfe) {
        payload.zeros(3 * 256);
      } else {
        payload.text("0");
      }
    }
    byte[] image =
        ImageBytes.withRam("r", 1)
            .section(4, 2, "s390_css", 0, 1)
            .raw(payload.u8(0xfe).toBytes())
            .footer(2)
            .section(4, 3, "/" + device + "/virtio-rng", 0, 1)
            .u8(7)
            .footer(3)
            .u8(0)
            .description(
                "{\"page_size\": 4096, \"devices\": [{\"name\": \"s390_css\","
                    + " \"instance_id\": 0, \"vmsd_name\": \"s390_css\", \"version\": 1, "
                    + fields(
                        "{\"name\": \"css\", \"array_len\": 256, \"type\": \"struct\","
                            + " \"struct\": {}, \"size\": %d}".formatted(size),
                        field("default_cssid", "uint8", 1))
                    + "}, {\"name\": \"/%s/virtio-rng\", \"instance_id\": 0,".formatted(device)
                    + " \"vmsd_name\": \"rng\", \"version\": 1, "
                    + fields(field("x", "uint8", 1))
                    + "}]}")
            .toBytes();
    Recording r = Recording.of(image);
    assertEquals(List.of(), r.notices);
    List<FieldNode> fields = r.states.values().iterator().next().orElseThrow().fields();
    assertEquals(
        runs + " 1",
        fields.stream().map(f -> "" + f.desc().count()).collect(Collectors.joining(" ")));
    assertArrayEquals(new byte[] {(byte) 0xfe}, fields.getLast().raw());
  }

  @Test
  void arrayLengthRepeatsAField() throws IOException {
    FieldNode field =
        state(
                fields("{\"name\": \"a\", \"array_len\": 3, \"type\": \"uint16\", \"size\": 2}"),
                new ImageBytes().be16(1).be16(2).be16(3))
            .fields()
            .getFirst();
    assertEquals(3, field.desc().count());
    assertEquals(6, field.raw().length);
  }

  @Test
  void nullRunsInAnArrayOfPointersAreOneByteEach() throws IOException {
    StateNode state =
        state(
            fields(
                "{\"name\": \"p\", \"array_len\": 2, \"type\": \"nullptr\", \"size\": 1}",
                "{\"name\": \"p\", \"type\": \"struct\", " + STRUCT_OF_U8,
                "{\"name\": \"p\", \"type\": \"nullptr\", \"size\": 1}"),
            new ImageBytes().text("00").u8(9).text("0"));
    assertEquals(List.of(2, 1, 1), state.fields().stream().map(f -> f.desc().count()).toList());
  }

  @Test
  void arrayOfPointersThatStartsNonNullIsOvercountedByQemu() throws IOException {
    // three elements, of which the first object claims all
    StateNode state =
        state(
            fields(
                "{\"name\": \"p\", \"array_len\": 3, \"type\": \"struct\", " + STRUCT_OF_U8,
                "{\"name\": \"p\", \"array_len\": 2, \"type\": \"nullptr\", \"size\": 1}"),
            new ImageBytes().u8(9).text("00"));
    assertEquals(1, state.fields().getFirst().elements().size());
  }

  @Test
  void markersOfAllocatedPointersAreNoElements() throws IOException {
    // two elements, then NULL
    StateNode state =
        state(
            fields(
                field("p", "ptr-marker", 1),
                "{\"name\": \"p\", \"type\": \"struct\", " + STRUCT_OF_U8,
                field("p", "ptr-marker", 1),
                "{\"name\": \"p\", \"type\": \"struct\", " + STRUCT_OF_U8,
                field("p", "ptr-marker", 1)),
            new ImageBytes().text("1").u8(8).text("1").u8(9).text("0"));
    List<FieldNode> elements = PointerArray.elements(state.fields());
    assertEquals(3, elements.size());
    assertEquals(9, elements.get(1).elements().getFirst().fields().getFirst().raw()[0]);
    assertTrue(PointerArray.isNull(elements.get(2)));
  }

  @Test
  void runOfElementsAndNullsIsTakenApart() throws IOException {
    StateNode state =
        state(
            fields(
                "{\"name\": \"p\", \"array_len\": 2, \"type\": \"nullptr\", \"size\": 1}",
                "{\"name\": \"p\", \"array_len\": 2, \"type\": \"struct\", " + STRUCT_OF_U8),
            new ImageBytes().text("00").u8(8).u8(9));
    assertEquals(
        List.of(true, true, false, false),
        PointerArray.elements(state.fields()).stream().map(PointerArray::isNull).toList());
  }

  @Test
  void descriptionOfOldQemuHasBlanks() throws IOException {
    String blanks =
        new String(
                image(fields(field("a", "uint8", 1)), new ImageBytes().u8(7)),
                StandardCharsets.ISO_8859_1)
            .replaceAll("(?s).*(\\{\"page_size)", "$1")
            .replace("{", "{ ")
            .replace("}", " }")
            .replace("[", "[ ")
            .replace("]", " ]")
            .replace(":", " :");
    byte[] image =
        ImageBytes.withRam("r", 1)
            .section(4, 2, "dev", 0, 1)
            .u8(7)
            .footer(2)
            .u8(0)
            .description(blanks)
            .toBytes();
    Recording r = Recording.of(image);
    assertEquals(List.of(), r.notices);
    assertTrue(r.states.values().iterator().next().isPresent());
    HeapSource source = new HeapSource(image, 0, new StructurePath());
    ByteRange text = DescriptionFinder.find(source, 0, image.length).orElseThrow();
    assertEquals(blanks.length(), text.length());
    assertEquals(1, DeviceCounter.count(source, text));
  }

  @Test
  void subsectionsAreReadWithTheirHeaders() throws IOException {
    StateNode state =
        state(
            fields(field("a", "uint8", 1))
                + ", \"subsections\": [{\"vmsd_name\": \"dev/sub\", \"version\": 3, "
                + fields(field("b", "uint8", 1))
                + "}]",
            new ImageBytes().u8(1).u8(5).name("dev/sub").be32(3).u8(2));
    assertEquals(1 + 8 + 4 + 1, state.subsections().getFirst().range().length());
  }

  @Test
  void otherSubsectionLeavesTheDeviceUndecoded() throws IOException {
    Recording r =
        read(
            fields(field("a", "uint8", 1))
                + ", \"subsections\": [{\"vmsd_name\": \"dev/sub\", \"version\": 3, "
                + fields()
                + "}]",
            new ImageBytes().u8(1).u8(5).name("dev/other").be32(3));
    assertEquals(Optional.empty(), r.states.values().iterator().next());
    assertTrue(r.notices.getFirst().contains("expected dev/sub, found dev/other"));
  }

  @Test
  void queueElementsAreDecodedFromRepeatedMembers() throws IOException {
    String element = "\"vmsd_name\": \"e\", \"version\": 1, " + fields(field("x", "uint8", 1));
    FieldNode queue =
        state(
                fields(
                    "{\"name\": \"q\", \"type\": \"qtailq\", "
                        + element
                        + ", "
                        + element
                        + ", \"size\": 5}"),
                new ImageBytes().u8(1).u8(10).u8(1).u8(20).u8(0))
            .fields()
            .getFirst();
    assertEquals(2, queue.elements().size());
    assertEquals(20, queue.elements().get(1).fields().getFirst().raw()[0]);
    assertEquals(5, queue.raw().length);
  }

  @Test
  void queueThatDoesNotFitItsElementsStaysBytes() throws IOException {
    String element = "\"vmsd_name\": \"e\", \"version\": 1, " + fields(field("x", "uint8", 1));
    FieldNode queue =
        state(
                fields("{\"name\": \"q\", \"type\": \"gtree\", " + element + ", \"size\": 4}"),
                new ImageBytes().be32(99))
            .fields()
            .getFirst();
    assertEquals(List.of(), queue.elements());
  }

  @Test
  void inlineDescriptionIsDecoded() throws IOException {
    FieldNode tmp =
        state(
                fields(
                    "{\"name\": \"t\", \"type\": \"tmp\", \"vmsd_name\": \"t\", \"version\": 1, "
                        + fields(field("x", "uint16", 2))
                        + ", \"size\": 2}"),
                new ImageBytes().be16(513))
            .fields()
            .getFirst();
    assertEquals(1, tmp.elements().size());
  }

  @Test
  void lastArrayElementWithoutIndexIsReadLikeTheOthers() throws IOException {
    StateNode state =
        state(
            fields(
                "{\"name\": \"a\", \"index\": 0, \"type\": \"uint8\", \"size\": 1}",
                "{\"name\": \"a\", \"type\": \"uint8\", \"size\": 1}"),
            new ImageBytes().u8(1).u8(2));
    assertEquals(2, state.fields().size());
  }

  @Test
  void descriptionThatIsTooShortFallsBackToTheFooter() throws IOException {
    Recording r = read(fields(field("a", "uint8", 1)), new ImageBytes().u8(1).u8(2));
    assertEquals(Optional.empty(), r.states.values().iterator().next());
    assertTrue(r.notices.getFirst().contains("gives 1 bytes"), r.notices.toString());
  }

  @Test
  void hugeArrayOfNothingIsLimited() throws IOException {
    Recording r =
        read(
            fields(
                "{\"name\": \"a\", \"array_len\": 2000000000, \"type\": \"struct\", \"struct\":"
                    + " {\"vmsd_name\": \"s\", \"version\": 1, \"fields\": []}, \"size\": 0}"),
            new ImageBytes().u8(1));
    assertTrue(r.notices.getFirst().contains("values"), r.notices.toString());
  }

  @Test
  void unknownSubsectionOfTheConfigurationIsReadByTheDescription() throws IOException {
    // its payload looks like the start of the ram section, so a search would stop inside it
    ImageBytes lure = new ImageBytes().u8(1).be32(9).name("ram").be32(0).be32(4);
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.u8(5).name("configuration/news").be32(1).raw(lure.toBytes());
    image.section(1, 1, "ram", 0, 4).be64(4).eos().footer(1).u8(0);
    image.description(
        "{\"configuration\": {\"vmsd_name\": \"configuration\", \"version\": 1, \"fields\": [],"
            + " \"subsections\": [{\"vmsd_name\": \"configuration/news\", \"version\": 1, "
            + fields(field("b", "buffer", lure.size()))
            + "}]}, \"page_size\": 4096, \"devices\": []}");
    Recording r = Recording.of(image.toBytes());
    assertEquals(List.of("configuration/news"), r.configuration.unknown());
    assertEquals(1, r.all(Event.SectionHeader.class).size());
  }
}
