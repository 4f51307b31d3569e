package org.vmstate.parser.vmdesc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.Limits;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Descriptions of sections that are made from a table and the section's bytes. */
class TableFitTest {
  private static final List<String> TABLES =
      List.of("x86-5.2", "x86-10.0", "x86-11.1", "arm-10.0", "riscv-10.0", "s390-10.0", "ppc-10.0");

  private static StateDesc table(String members) throws IOException {
    String text =
        "{\"page_size\": 4096, \"devices\": [{\"name\": \"dev\", \"instance_id\": 0,"
            + " \"vmsd_name\": \"dev\", \"version\": 1, "
            + members.replace('\'', '"')
            + "}]}";
    return DescriptionParser.parse(text.getBytes(StandardCharsets.UTF_8), 0, Limits.DEFAULT)
        .devices()
        .getFirst()
        .state();
  }

  private static String field(String name, String type, int size, String more) {
    return "{'name': '%s', 'type': '%s', 'size': %d%s}".formatted(name, type, size, more);
  }

  private static String fields(String... fields) {
    return "'fields': [" + String.join(", ", fields) + "]";
  }

  private static String state(String name, String members) {
    return "{'vmsd_name': '" + name + "', 'version': 1, " + members + "}";
  }

  private static ImageBytes subsection(ImageBytes bytes, String name) {
    return bytes.u8(5).u8(name.length()).raw(name.getBytes(StandardCharsets.UTF_8)).be32(1);
  }

  private static Optional<StateDesc> fit(StateDesc table, ImageBytes bytes) {
    return TableFit.of(bytes.toBytes(), table, Limits.DEFAULT, new TableFit.Work());
  }

  private static List<String> shape(StateDesc desc) {
    return desc.fields().stream().map(f -> f.name() + " " + f.count() + "x" + f.size()).toList();
  }

  /** What the bytes hold is described, in the order in which it stands there. */
  @Test
  void subsectionsAreThoseOfTheStream() throws IOException {
    String byteOf = fields(field("b", "uint8", 1, ""));
    StateDesc table =
        table(
            fields(field("a", "uint8", 1, ""))
                + ", 'subsections': ["
                + String.join(
                    ", ", state("dev/x", byteOf), state("dev/y", byteOf), state("dev/z", byteOf))
                + "]");
    ImageBytes bytes = subsection(subsection(new ImageBytes().u8(1), "dev/z").u8(2), "dev/x").u8(3);
    StateDesc desc = fit(table, bytes).orElseThrow();
    assertEquals(
        List.of("dev/z", "dev/x"), desc.subsections().stream().map(StateDesc::name).toList());
    assertEquals(List.of(), fit(table, new ImageBytes().u8(1)).orElseThrow().subsections());
    assertTrue(fit(table, subsection(new ImageBytes().u8(1), "dev/w").u8(2)).isEmpty());
    ImageBytes twice = subsection(subsection(new ImageBytes().u8(1), "dev/z").u8(2), "dev/z").u8(3);
    assertTrue(fit(table, twice).isEmpty());
  }

  @Test
  void earlierFieldSaysHowManyElementsThereAre() throws IOException {
    StateDesc table =
        table(
            fields(
                field("n", "uint16", 2, ""),
                field("all", "uint32*n", 4, ", 'array_len': 3"),
                field("end", "uint8", 1, "")));
    assertEquals(
        List.of("n 1x2", "all 2x4", "end 1x1"),
        shape(fit(table, new ImageBytes().be16(2).be64(0).u8(0)).orElseThrow()));
    StateDesc one = fit(table, new ImageBytes().be16(1).be32(0).u8(0)).orElseThrow();
    assertFalse(one.fields().get(1).isArray());
    // QEMU does not describe an array of none
    assertEquals(
        List.of("n 1x2", "end 1x1"),
        shape(fit(table, new ImageBytes().be16(0).u8(0)).orElseThrow()));
    assertTrue(fit(table, new ImageBytes().be16(9).be64(0).u8(0)).isEmpty());
    assertTrue(fit(table, new ImageBytes().be16(2).be64(0)).isEmpty());
  }

  @Test
  void earlierFieldSaysHowLongAFieldIsOrWhetherItIsThere() throws IOException {
    StateDesc table =
        table(
            fields(
                field("set", "bool", 1, ""),
                field("length", "uint8", 1, ""),
                field("data", "buffer#length", 16, ""),
                field("more", "buffer?set", 4, "")));
    assertEquals(
        List.of("set 1x1", "length 1x1", "data 1x3", "more 1x4"),
        shape(fit(table, new ImageBytes().u8(1).u8(3).fill(7, 3).fill(8, 4)).orElseThrow()));
    assertEquals(
        List.of("set 1x1", "length 1x1", "data 1x3"),
        shape(fit(table, new ImageBytes().u8(0).u8(3).fill(7, 3)).orElseThrow()));
    assertTrue(fit(table, new ImageBytes().u8(0).u8(3).fill(7, 3).fill(8, 4)).isEmpty());
  }

  /** Arrays whose length no field says have the one with which the section ends rightly. */
  @Test
  void lengthOfTheSectionSaysWhatNoFieldSays() throws IOException {
    StateDesc table =
        table(
            fields(
                field("one", "uint32*~n", 4, ", 'array_len': 2"),
                field("mid", "uint16", 2, ""),
                field("two", "uint8*~n", 1, ", 'array_len': 2")));
    for (int n : new int[] {1, 2, 5, 40}) {
      StateDesc desc = fit(table, new ImageBytes().fill(0, 5 * n + 2)).orElseThrow();
      assertEquals(
          List.of("one %dx4".formatted(n), "mid 1x2", "two %dx1".formatted(n)), shape(desc));
    }
    assertTrue(fit(table, new ImageBytes().fill(0, 5 * 3 + 3)).isEmpty());
  }

  @Test
  void lengthMayBeAMultipleOfAnother() throws IOException {
    StateDesc table =
        table(
            fields(
                field("one", "uint8*~n", 1, ", 'array_len': 4"),
                field("two", "uint32*~n:3", 4, ", 'array_len': 12")));
    for (int n : new int[] {2, 4, 6}) {
      assertEquals(
          List.of("one %dx1".formatted(n), "two %dx4".formatted(3 * n)),
          shape(fit(table, new ImageBytes().fill(0, 13 * n)).orElseThrow()));
    }
  }

  @Test
  void elementsWithOtherSubsectionsAreDescribedOneByOne() throws IOException {
    String element =
        state(
            "el",
            fields(field("a", "uint8", 1, ""))
                + ", 'subsections': ["
                + state("el/x", fields(field("b", "uint8", 1, "")))
                + "]");
    StateDesc table =
        table(fields(field("all", "struct", 1, ", 'array_len': 3, 'struct': " + element)));
    ImageBytes bytes = subsection(new ImageBytes().u8(1).u8(2), "el/x").u8(3).u8(4);
    List<FieldDesc> all = fit(table, bytes).orElseThrow().fields();
    assertEquals(List.of(1L, 12L, 1L), all.stream().map(FieldDesc::size).toList());
    assertTrue(all.stream().allMatch(f -> f.count() == 1 && f.isArray()));
    assertEquals(
        List.of("all 3x1"), shape(fit(table, new ImageBytes().u8(1).u8(2).u8(4)).orElseThrow()));
  }

  @Test
  void queueHasAsManyElementsAsTheStream() throws IOException {
    StateDesc table =
        table(
            fields(
                field(
                    "q",
                    "qtailq",
                    4,
                    ", 'vmsd_name': 'el', 'version': 1, " + fields(field("a", "uint16", 2, "")))));
    for (int n : new int[] {0, 1, 3}) {
      ImageBytes bytes = new ImageBytes();
      for (int i = 0; i < n; i++) {
        bytes.u8(1).be16(i);
      }
      FieldDesc queue = fit(table, bytes.u8(0)).orElseThrow().fields().getFirst();
      assertEquals(n, queue.nested().size());
      assertEquals(3 * n + 1, queue.size());
    }
    assertTrue(fit(table, new ImageBytes().u8(1).be16(1)).isEmpty());
  }

  /** What could be tried for long is given up. */
  @Test
  void workIsBounded() throws IOException {
    StateDesc table =
        table(
            fields(
                field("a", "uint16*~", 2, ", 'array_len': 2"),
                field("b", "uint16*~", 2, ", 'array_len': 2"),
                field("c", "uint16*~", 2, ", 'array_len': 2"),
                field("d", "uint64", 8, "")));
    TableFit.Work work = new TableFit.Work();
    byte[] bytes = new byte[(1 << 20) + 1];
    int sections = 0;
    while (!work.isDone()) {
      assertTrue(TableFit.of(bytes, table, Limits.DEFAULT, work).isEmpty());
      sections++;
    }
    assertTrue(sections > 100, "" + sections);
    assertTrue(TableFit.of(new byte[12], table, Limits.DEFAULT, work).isEmpty());
  }

  private static VmDescription recorded(String name) throws IOException {
    try (InputStream in = DescriptionTables.class.getResourceAsStream(name + ".json.gz")) {
      return DescriptionParser.parse(new GZIPInputStream(in).readAllBytes(), 0, Limits.DEFAULT);
    }
  }

  /** Whatever a section holds, it is described to its last byte or not at all. */
  @Property(tries = 10)
  void everyTableDescribesAllOfASectionOrNothing(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    VmDescription table = recorded(TABLES.get(random.nextInt(TABLES.size())));
    for (DeviceDesc device : table.devices()) {
      byte[] bytes = new byte[random.nextInt(1 << random.nextInt(14))];
      if (random.nextBoolean()) {
        random.nextBytes(bytes);
      }
      Optional<StateDesc> desc =
          TableFit.of(bytes, device.state(), Limits.DEFAULT, new TableFit.Work());
      if (desc.isPresent()) {
        HeapSource source = new HeapSource(bytes, 0, new StructurePath());
        StateNode state = StateDecoder.decode(source, desc.get(), Limits.DEFAULT);
        assertEquals(bytes.length, state.range().length(), device.name());
      }
    }
  }
}
