package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.Subsection;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.stream.Capabilities;
import org.vmstate.writer.stream.StreamWriter;

/** The records of a stream, byte for byte. */
class StreamBytesTest {
  private static final Section SECTION = new Section(0xfffffff0L, "timer", 0x80000000L, 3);

  /** Writes records. */
  private interface Records {
    void write(StreamWriter writer) throws IOException;
  }

  private static void written(ImageBytes expected, Records records) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(out)) {
      records.write(new StreamWriter(sink));
    }
    assertArrayEquals(expected.toBytes(), out.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void headerIsMagicAndVersion(int version) throws IOException {
    written(new ImageBytes().text("QEVM").be32(version), w -> w.header(version));
  }

  @Test
  void configurationIsTheMachineAndItsSubsections() throws IOException {
    Subsection bits = new Subsection("configuration/target-page-bits", 1, new byte[] {0, 0, 0, 12});
    written(
        new ImageBytes().configuration("pc-i440fx-10.0"), w -> w.configuration("pc-i440fx-10.0"));
    written(
        new ImageBytes()
            .configuration("pc")
            .u8(5)
            .name("configuration/target-page-bits")
            .be32(1)
            .be32(12),
        w -> w.configuration("pc", List.of(bits)));
  }

  @Test
  void sectionsStartWithTheirNameAndGoOnWithTheirId() throws IOException {
    for (int type : new int[] {1, 4}) {
      written(
          new ImageBytes().section(type, 0xfffffff0L, "timer", 0x80000000L, 3),
          w -> w.section(type, SECTION));
    }
    for (int type : new int[] {2, 3}) {
      written(new ImageBytes().again(type, 0xfffffff0L), w -> w.section(type, SECTION));
    }
    written(new ImageBytes().footer(0xfffffff0L), w -> w.footer(SECTION));
  }

  @Test
  void commandsHaveACodeAndALength() throws IOException {
    written(
        new ImageBytes().u8(8).be16(3).be16(5).text("bytes"),
        w -> w.command(3, new ImageBytes().text("bytes").toBytes()));
    written(new ImageBytes().u8(8).be16(4).be16(0), w -> w.command(4, new byte[0]));
  }

  @Test
  void endMarkIsOneByteAndTheDescriptionHasAFrame() throws IOException {
    written(new ImageBytes().u8(0), StreamWriter::end);
    written(new ImageBytes().u8(6).be32(0xfffffff0L), w -> w.descriptionFrame(0xfffffff0L));
  }

  private static List<String> names(List<Subsection> subsections) {
    return subsections.stream().map(Subsection::name).toList();
  }

  private static Subsection empty(String name) {
    return new Subsection(name, 1, new byte[0]);
  }

  @Test
  void capabilitiesAreCountedNames() {
    Subsection list = Capabilities.replace(List.of(), List.of("xbzrle", "mapped-ram")).getFirst();
    assertEquals("configuration/capabilities", list.name());
    assertEquals(1, list.version());
    assertArrayEquals(
        new ImageBytes().be32(2).name("xbzrle").name("mapped-ram").toBytes(), list.payload());
  }

  @Test
  void listTakesThePlaceThatQemuGivesIt() {
    Subsection bits = empty("configuration/target-page-bits");
    Subsection list = empty("configuration/capabilities");
    Subsection uuid = empty("configuration/uuid");
    List<String> one = List.of("xbzrle");
    assertEquals(
        List.of(bits.name(), list.name(), uuid.name()),
        names(Capabilities.replace(List.of(bits, list, uuid), one)));
    assertEquals(
        List.of(list.name(), uuid.name()), names(Capabilities.replace(List.of(uuid), one)));
    assertEquals(
        List.of(bits.name(), list.name()), names(Capabilities.replace(List.of(bits), one)));
    assertEquals(
        List.of(bits.name(), uuid.name()),
        names(Capabilities.replace(List.of(bits, list, uuid), List.of())));
  }
}
