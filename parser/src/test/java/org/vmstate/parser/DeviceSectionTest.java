package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.testkit.ImageBytes;

/** How a device section is read: by the description, by a table, or only to its footer. */
class DeviceSectionTest {
  private static final String DEVICE =
      "{\"name\": \"dev\", \"instance_id\": 0, \"vmsd_name\": \"dev\", \"version\": 1,"
          + " \"fields\": [{\"name\": \"a\", \"type\": \"uint16\", \"size\": 2}]}";

  private static String json(String... devices) {
    return "{\"page_size\": 4096, \"devices\": [" + String.join(", ", devices) + "]}";
  }

  private static ImageBytes start(String machine) {
    ImageBytes image = new ImageBytes().header().configuration(machine);
    return image.section(1, 1, "ram", 0, 4).be64(4).eos().footer(1);
  }

  private static ImageBytes device(ImageBytes image, ImageBytes payload) {
    return image.section(4, 2, "dev", 0, 1).raw(payload.toBytes()).footer(2);
  }

  private static Recording end(ImageBytes image, String json) throws IOException {
    return Recording.of(image.u8(0).description(json).toBytes());
  }

  private static Optional<StateNode> state(Recording r) {
    return r.states.values().iterator().next();
  }

  private static String problem(Recording r) {
    return r.problems.values().iterator().next();
  }

  @Test
  void describedDeviceIsDecoded() throws IOException {
    ImageBytes image = start("pc");
    int payload = image.size() + 17;
    Recording r = end(device(image, new ImageBytes().be16(7)), json(DEVICE));
    assertEquals(List.of(), r.notices);
    assertEquals(1, state(r).orElseThrow().fields().size());
    Event.Device e = r.all(Event.Device.class).getFirst();
    assertEquals(payload, e.range().start());
    assertEquals(payload + 2, e.range().end());
    assertEquals("dev", e.section().name());
  }

  @Test
  void deviceIsDescribedByNameAndInstance() throws IOException {
    String second = DEVICE.replace("\"instance_id\": 0", "\"instance_id\": 3");
    ImageBytes image = device(start("pc"), new ImageBytes().be16(7));
    Recording r = end(image, json(second));
    assertEquals(Optional.empty(), state(r));
    assertEquals("the description does not name it", problem(r));
    assertEquals(2, r.payloads().getFirst().range().length());
  }

  /** Whatever stands where the description ends the state, the next footer ends the section. */
  @Test
  void stateThatEndsElsewhereIsNoted() throws IOException {
    Recording r = end(device(start("pc"), new ImageBytes().be16(7).u8(1)), json(DEVICE));
    String words = "the description gives 2 bytes, no footer follows";
    assertEquals(List.of("dev: " + words), r.notices);
    assertEquals(words, problem(r));
    assertEquals(Optional.empty(), state(r));
    assertEquals(3, r.payloads().getFirst().range().length());
  }

  /** No loader goes by the description: a virtio device is as long as its own state says. */
  @Test
  void virtioDeviceOfAnotherLengthIsWhole() throws IOException {
    String virtio =
        DEVICE.replace("\"name\": \"a\"", "\"name\": \"v\"").replace("uint16", "virtio");
    ImageBytes rng = new ImageBytes().be32(1).be32(0).be32(12).u8(0).u8(0).be16(0).be32(0);
    rng.be32(0).be32(1).be32(8).be32(4096).be64(0).be16(0);
    Recording r = end(device(start("pc"), rng), json(virtio));
    String words = "the description gives 2 bytes, no footer follows";
    assertEquals(List.of("dev: " + words), r.notices);
    assertEquals(words, problem(r));
    assertArrayEquals(rng.toBytes(), state(r).orElseThrow().fields().getFirst().raw());
    assertEquals(rng.size(), r.payloads().getFirst().range().length());
    assertEquals(1, r.all(Event.SectionFooter.class).stream().skip(1).count());
    // one byte more, and it is nothing that is known
    r = end(device(start("pc"), rng.u8(0)), json(virtio));
    assertEquals(Optional.empty(), state(r));
    assertEquals(List.of("dev: " + words), r.notices);
  }

  @Test
  void footerOfAnotherSectionDoesNotEndAState() throws IOException {
    ImageBytes payload = new ImageBytes().be16(7).footer(9);
    Recording r = end(device(start("pc"), payload), json(DEVICE));
    assertEquals("the description gives 2 bytes, no footer follows", problem(r));
    assertEquals(7, r.payloads().getFirst().range().length());
  }

  @Test
  void subsectionThatIsNotDescribedIsNamed() throws IOException {
    ImageBytes payload = new ImageBytes().be16(7).u8(5).name("dev/more").be32(1).u8(1);
    Recording r = end(device(start("pc"), payload), json(DEVICE));
    assertEquals("the description gives 2 bytes, the subsection dev/more follows", problem(r));
    // one of another device is none of this one
    payload = new ImageBytes().be16(7).u8(5).name("other/more").be32(1).u8(1);
    r = end(device(start("pc"), payload), json(DEVICE));
    assertEquals("the description gives 2 bytes, no footer follows", problem(r));
  }

  @Test
  void errorInAStateIsNotedAndNamesIt() throws IOException {
    String subsection =
        DEVICE.replace(
            "\"size\": 2}]}",
            "\"size\": 2}], \"subsections\": [{\"vmsd_name\": \"dev/x\", \"version\": 1,"
                + " \"fields\": []}]}");
    ImageBytes image = device(start("pc"), new ImageBytes().be16(7).u8(5).name("dev/y").be32(1));
    int at = image.size();
    Recording r = end(image.again(3, 1).eos().footer(1), json(subsection));
    assertEquals(1, r.notices.size());
    assertTrue(r.notices.getFirst().startsWith("dev: "), r.notices.toString());
    assertEquals(Optional.empty(), state(r));
    // the pass goes on after the section
    assertEquals(at, r.all(Event.SectionHeader.class).getLast().range().start());
  }

  /** Before machine types of 2015 there are no footers: the description alone ends a state. */
  @Test
  void stateOfAStreamWithoutFootersEndsWhereARecordFollows() throws IOException {
    ImageBytes image = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(4).eos();
    image.section(4, 2, "dev", 0, 1).be16(7).again(3, 1).eos();
    Recording r = end(image, json(DEVICE));
    assertEquals(List.of(), r.notices);
    assertTrue(state(r).isPresent());
    ImageBytes odd = new ImageBytes().header().section(1, 1, "ram", 0, 4).be64(4).eos();
    r = end(odd.section(4, 2, "dev", 0, 1).be16(7).u8(9), json(DEVICE));
    assertEquals("dev: the description gives 2 bytes, no footer follows", r.notices.getFirst());
    assertEquals(
        "no end of section dev found; the rest of the file is unknown", r.notices.getLast());
  }

  private static ImageBytes timer(ImageBytes image, int bytes) {
    return image.section(4, 2, "timer", 0, 2).fill(1, bytes).footer(2);
  }

  /** A stream without a description is read by what QEMU of that machine type writes. */
  @Test
  void deviceOfAKnownMachineIsDecodedByItsTable() throws IOException {
    ImageBytes image = timer(start("pc-i440fx-10.0"), 24);
    image.section(4, 3, "port92", 0, 1).u8(1).footer(3);
    Recording r = Recording.of(image.u8(0).toBytes());
    assertEquals(
        List.of("devices: decoded by the table of QEMU 10.0, machine pc-i440fx-10.0"), r.notices);
    assertEquals(
        List.of(3, 1),
        r.states.values().stream().map(s -> s.orElseThrow().fields().size()).toList());
    assertEquals(List.of(24L, 1L), r.payloads().stream().map(e -> e.range().length()).toList());
  }

  /** What Xen saves of devices names no machine: the table that fits is taken. */
  @Test
  void deviceOfAnUnnamedMachineIsDecodedByATableThatFits() throws IOException {
    ImageBytes image = timer(new ImageBytes().header(), 24);
    image.section(4, 3, "port92", 0, 1).u8(1).footer(3);
    image.section(4, 4, "ICH9LPC/rst", 0, 1).u8(1).footer(4);
    Recording r = Recording.of(image.u8(0).toBytes());
    assertEquals(
        List.of("devices: decoded by the table of QEMU 11.1, machine pc-i440fx-11.1"), r.notices);
    assertEquals(
        List.of(true, true, false), r.states.values().stream().map(Optional::isPresent).toList());
    for (String bus : List.of("PCIBUS", "PCIHost")) {
      image = new ImageBytes().header().section(4, 2, bus, 0, 1).fill(1, 23).footer(2);
      assertEquals(Optional.empty(), state(Recording.of(image.u8(0).toBytes())));
    }
  }

  @Test
  void stateThatDoesNotFitTheTableEndsAtItsFooter() throws IOException {
    for (int bytes : new int[] {3, 23, 25}) {
      Recording r = Recording.of(timer(start("pc-i440fx-10.0"), bytes).u8(0).toBytes());
      assertEquals(List.of(), r.notices);
      assertEquals(Optional.empty(), state(r));
      assertEquals(bytes, r.payloads().getFirst().range().length());
    }
  }

  @Test
  void tablesAreForTheirMachinesOnly() throws IOException {
    Recording r = Recording.of(timer(start("raspi3b"), 24).u8(0).toBytes());
    assertEquals(Optional.empty(), state(r));
  }

  /** Without footers nothing would show that a table fits. */
  @Test
  void streamWithoutFootersIsNotReadByATable() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("pc-i440fx-10.0");
    image.section(1, 1, "ram", 0, 4).be64(4).eos();
    image.section(4, 2, "timer", 0, 2).fill(1, 24).u8(0);
    Recording r = Recording.of(image.toBytes());
    assertEquals(Optional.empty(), state(r));
    assertEquals(1, r.all(Event.Unknown.class).size());
  }

  @ParameterizedTest
  @EnumSource
  void devicesAreDecodedFromAnyPlace(Recording.Place place) throws IOException {
    byte[] image =
        device(start("pc"), new ImageBytes().be16(7)).u8(0).description(json(DEVICE)).toBytes();
    Recording r = Recording.of(image, ParseOptions.DEFAULT, place);
    assertTrue(state(r).isPresent());
    assertEquals(List.of(), r.notices);
  }

  /** START, PART and END of a section whose grammar is known, of which only the footer tells. */
  @ParameterizedTest
  @EnumSource
  void iterableSectionIsFoundInAnyPlace(Recording.Place place) throws IOException {
    ImageBytes image = start("pc").section(1, 5, "something", 0, 1).be32(0x15).footer(5);
    byte[] bytes = image.again(3, 5).fill(0x33, 300_000).footer(5).u8(0).toBytes();
    List<Event> payloads = Recording.of(bytes, ParseOptions.DEFAULT, place).payloads();
    assertEquals(List.of(4L, 300_000L), payloads.stream().map(p -> p.range().length()).toList());
  }

  /** Who copies them finds the bytes of a part where the part is told, also those of a pipe. */
  @ParameterizedTest
  @EnumSource
  void bytesOfAPartAreAtHandWhenItIsTold(Recording.Place place) throws IOException {
    byte[] part = new ImageBytes().be64(300_000).fill(0x33, 300_000).toBytes();
    ImageBytes image = start("pc").section(1, 5, "pbs-state", 0, 1).raw(part).footer(5);
    byte[] bytes = image.again(3, 5).footer(5).u8(0).toBytes();
    assertArrayEquals(part, Recording.copying(bytes, place).copied.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"spapr/htab", "something"})
  void iterableSectionIsReadPartByPart(String name) throws IOException {
    ImageBytes image = start("pc").section(1, 5, name, 0, 1).be32(0x15).footer(5);
    for (int type : new int[] {2, 3}) {
      image.again(type, 5).be64(0).be16(0).be16(0).footer(5);
    }
    Recording r = Recording.of(image.u8(0).toBytes());
    List<Event> payloads = r.payloads();
    assertEquals(List.of(4L, 12L, 12L), payloads.stream().map(p -> p.range().length()).toList());
    assertEquals(
        List.of(1, 1, 2, 3),
        r.all(Event.SectionHeader.class).stream().map(h -> h.recordType()).toList());
  }
}
