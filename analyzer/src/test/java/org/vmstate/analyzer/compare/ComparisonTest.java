package org.vmstate.analyzer.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.compare.Difference.Kind;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageArbitraries;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.ImageRecipe;
import org.vmstate.testkit.Parts;

/** Two images are the same when the guest would not notice, and a difference is told exactly. */
class ComparisonTest {
  private static ByteSource source(byte[] image) {
    return new HeapSource(image, 0, new StructurePath());
  }

  private static List<Difference> compare(ByteSource a, ByteSource b, boolean strict)
      throws IOException {
    try (Comparison comparison = new Comparison(strict, Progress.NONE)) {
      comparison.readFirst(a, ParseOptions.DEFAULT);
      comparison.readSecond(b, ParseOptions.DEFAULT);
      comparison.compare();
      assertEquals(comparison.count(), comparison.differences().size());
      return comparison.differences();
    }
  }

  private static List<Difference> compare(byte[] a, byte[] b) throws IOException {
    return compare(source(a), source(b), false);
  }

  @Provide
  Arbitrary<ImageRecipe> images() {
    return ImageArbitraries.recipes().map(ImageRecipe::withAllSent);
  }

  @Provide
  Arbitrary<ImageRecipe> gappy() {
    return ImageArbitraries.recipes();
  }

  /** A page that was never sent is not a zero page. */
  @Property(tries = 50)
  void pagesNeverSentDifferFromZeros(@ForAll("gappy") ImageRecipe recipe) throws IOException {
    assertEquals(List.of(), compare(recipe.sequential(), recipe.sequential()));
    List<Difference> found = compare(recipe.sequential(), recipe.mapped(4096));
    List<Difference> expected = new ArrayList<>();
    for (int i = 0; i < recipe.blockPages().size(); i++) {
      long missing = recipe.missing(i);
      if (missing > 0) {
        expected.add(
            Difference.of(
                Kind.MEMORY,
                recipe.blockName(i) + " pages",
                missing + " never sent",
                missing + " zero"));
      }
    }
    assertEquals(expected, found);
  }

  @Property(tries = 100)
  void imageIsTheSameAsItselfInEveryLayout(@ForAll("images") ImageRecipe recipe)
      throws IOException {
    assertEquals(List.of(), compare(recipe.sequential(), recipe.sequential()));
    assertEquals(List.of(), compare(recipe.sequential(), recipe.mapped(4096)));
    assertEquals(List.of(), compare(recipe.mapped(1 << 16), recipe.mapped(4096)));
    ByteSource pipe = ImageReader.open(new ByteArrayInputStream(recipe.sequential()));
    assertEquals(List.of(), compare(pipe, source(recipe.mapped(4096)), false));
  }

  @Property(tries = 100)
  void whatDiffersDiffersBothWays(@ForAll("images") ImageRecipe a, @ForAll("images") ImageRecipe b)
      throws IOException {
    List<Difference> one = compare(a.sequential(), b.mapped(4096));
    List<Difference> other = compare(b.mapped(4096), a.sequential());
    assertEquals(one.size(), other.size());
    for (Difference d : one) {
      Difference turned =
          new Difference(d.kind(), d.path(), d.second(), d.first(), d.pages(), d.bytes(), d.runs());
      assertTrue(other.contains(turned), turned + " not in " + other);
    }
  }

  @Provide
  Arbitrary<Integer> bytes() {
    return Arbitraries.integers().between(0, 4 * 4096 - 1);
  }

  @Property(tries = 50)
  void changedByteIsFoundWithItsPage(@ForAll("bytes") int at) throws IOException {
    byte[] memory = new byte[4 * 4096];
    byte[] before = image(memory);
    memory[at] = 1;
    List<Difference> found = compare(before, image(memory));
    Difference expected =
        new Difference(
            Kind.MEMORY,
            "pc.ram",
            "",
            "",
            1,
            1,
            List.of(new Difference.Run(at / 4096 * 4096, 4096)));
    assertEquals(List.of(expected), found);
  }

  private static byte[] image(byte[] memory) {
    ImageBytes part = new ImageBytes().again(2, 1);
    for (int page = 0; page < 4; page++) {
      part.be64(page * 4096L | (page == 0 ? 8 : 0x28));
      (page == 0 ? part.name("pc.ram") : part)
          .raw(Arrays.copyOfRange(memory, page * 4096, page * 4096 + 4096));
    }
    return Parts.sequential().with("part", part.eos().footer(1).toBytes()).toBytes();
  }

  @Test
  void changedFieldIsFoundByItsPath() throws IOException {
    String[] fields = {
      "{\"name\": \"count\", \"type\": \"uint16\", \"size\": 2}",
      "{\"name\": \"pair\", \"type\": \"uint8\", \"size\": 1, \"array_len\": 2}"
    };
    Parts image = Parts.sequential().describe(fields);
    byte[] a = image.with("device", Parts.device(2, 1, 2, 3, 4)).toBytes();
    byte[] b = image.with("device", Parts.device(2, 1, 3, 3, 9)).toBytes();
    assertEquals(
        List.of(
            Difference.of(Kind.DEVICE, "timer 0.count", "258", "259"),
            Difference.of(Kind.DEVICE, "timer 0.pair[1]", "4", "9")),
        compare(a, b));
  }

  @Test
  void fieldOfAnotherLengthDiffersFromTheSameByteBothWays() throws IOException {
    String field = "{\"name\": \"b\", \"type\": \"buffer\", \"size\": %d}";
    int[] longer = new int[33];
    longer[0] = 0x1d;
    byte[] a =
        Parts.sequential()
            .describe(field.formatted(33))
            .with("device", Parts.device(2, longer))
            .toBytes();
    byte[] b =
        Parts.sequential()
            .describe(field.formatted(1))
            .with("device", Parts.device(2, 0x1d))
            .toBytes();
    String path = "timer 0.b from byte 1";
    String more = "00".repeat(32);
    assertEquals(List.of(Difference.of(Kind.DEVICE, path, more, "")), compare(a, b));
    assertEquals(List.of(Difference.of(Kind.DEVICE, path, "", more)), compare(b, a));
  }

  /** An undescribed section of 20 MiB is more than is kept. */
  @Test
  void largeOpaqueStateIsComparedByItsHash() throws IOException {
    byte[] state = new byte[20 << 20];
    byte[] a = large(state);
    state[state.length - 9] = 1;
    assertEquals(List.of(), compare(a, a));
    assertEquals(
        List.of("large 0 (not decoded)"),
        compare(a, large(state)).stream().map(Difference::path).toList());
  }

  /** How a sender cuts what it sends is no state. */
  @Test
  void partsOfASectionCountTogether() throws IOException {
    byte[] whole =
        new ImageBytes().section(1, 9, "iter", 0, 1).raw(new byte[40]).footer(9).toBytes();
    byte[] parts =
        new ImageBytes()
            .section(1, 9, "iter", 0, 1)
            .raw(new byte[10])
            .footer(9)
            .again(2, 9)
            .raw(new byte[3])
            .footer(9)
            .again(3, 9)
            .raw(new byte[27])
            .footer(9)
            .toBytes();
    byte[] a = Parts.sequential().after("device", whole).toBytes();
    byte[] b = Parts.sequential().after("device", parts).toBytes();
    assertEquals(List.of(), compare(a, b));
    byte[] megabytes = new byte[17 << 20];
    byte[] large = new ImageBytes().section(1, 9, "iter", 0, 1).raw(megabytes).footer(9).toBytes();
    byte[] cut =
        new ImageBytes()
            .section(1, 9, "iter", 0, 1)
            .raw(new byte[1 << 20])
            .footer(9)
            .again(3, 9)
            .raw(new byte[16 << 20])
            .footer(9)
            .toBytes();
    assertEquals(
        List.of(),
        compare(
            Parts.sequential().after("device", large).toBytes(),
            Parts.sequential().after("device", cut).toBytes()));
  }

  private static byte[] large(byte[] state) {
    ImageBytes section = new ImageBytes().section(4, 9, "large", 0, 1).raw(state).footer(9);
    return Parts.sequential().after("device", section.toBytes()).toBytes();
  }

  /** A device of virtio-mem that has plugged one of two pages; which pages are sent is given. */
  private static byte[] virtioMem(ImageBytes pages) {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.section(4, 2, "x/virtio-mem-device-early", 0, 1).be64(4096).footer(2);
    image.section(1, 1, "ram", 0, 4).be64(2 * 4096 | 4).name("x/m").be64(2 * 4096).eos();
    image.footer(1).again(3, 1).be64(8).name("x/m").fill(7, 4096).raw(pages.toBytes());
    return image
        .eos()
        .footer(1)
        .u8(0)
        .description(
            "{\"page_size\": 4096, \"devices\": [{\"name\": \"x/virtio-mem-device-early\","
                + " \"instance_id\": 0, \"vmsd_name\": \"v\", \"version\": 1, \"fields\":"
                + " [{\"name\": \"size\", \"type\": \"uint64\", \"size\": 8}]}]}")
        .toBytes();
  }

  @Test
  void whatVirtioMemHasUnpluggedIsAsGoodAsZeros() throws IOException {
    byte[] none = virtioMem(new ImageBytes());
    byte[] zero = virtioMem(new ImageBytes().be64(4096 | 0x22).u8(0));
    byte[] data = virtioMem(new ImageBytes().be64(4096 | 0x28).fill(1, 4096));
    assertEquals(List.of(), compare(none, zero));
    assertEquals(List.of(), compare(zero, none));
    assertEquals(1, compare(none, data).size());
    assertEquals(1, compare(data, none).size());
  }

  @Test
  void sectionThatOneLacksIsFound() throws IOException {
    byte[] more = new ImageBytes().section(4, 9, "more", 0, 1).be32(1).footer(9).toBytes();
    byte[] with = Parts.sequential().after("device", more).toBytes();
    List<Difference> found = compare(Parts.sequential().toBytes(), with);
    assertEquals(List.of(Difference.of(Kind.DEVICE, "more 0", "", "present")), found);
  }

  @Test
  void machineAndBlocksAreCompared() throws IOException {
    byte[] other = new ImageBytes().configuration("test-2.0").toBytes();
    List<Difference> found =
        compare(
            Parts.sequential().toBytes(),
            Parts.sequential().with("configuration", other).toBytes());
    assertEquals(
        List.of(Difference.of(Kind.CONFIGURATION, "machine type", "test-1.0", "test-2.0")), found);
    byte[] two =
        new ImageBytes()
            .section(1, 1, "ram", 0, 4)
            .be64(0x5004)
            .name("pc.ram")
            .be64(0x4000)
            .name("other")
            .be64(0x1000)
            .eos()
            .footer(1)
            .toBytes();
    assertEquals(
        List.of(Difference.of(Kind.MEMORY, "other", "", "4096 bytes")),
        compare(Parts.sequential().toBytes(), Parts.sequential().with("start", two).toBytes()));
  }

  @Test
  void strictTellsTheLayoutToo(@TempDir Path folder) throws IOException {
    ImageRecipe recipe = ImageArbitraries.recipes().sample();
    List<Difference> found =
        compare(source(recipe.sequential()), source(recipe.mapped(4096)), true);
    assertTrue(
        found.contains(Difference.of(Kind.LAYOUT, "capabilities", "", "mapped-ram")),
        found.toString());
  }

  private static Path converted(Path image, Path target, FormatId format) throws IOException {
    ConvertOptions plain = ConvertOptions.to(format);
    ConvertOptions options = format.isLibvirt() ? plain.withXml("<domain/>") : plain;
    try (Destination out = Destination.file(target, true, false);
        ByteSource in = ImageReader.open(image)) {
      new Converter(options, ParseOptions.DEFAULT, Progress.NONE, note -> {})
          .convert(in, image, out);
      out.commit(Outcome.WHOLE, false);
    }
    return target;
  }

  private static int find(byte[] image, String text) {
    return new String(image, StandardCharsets.ISO_8859_1).indexOf(text);
  }

  /** A real guest and one with a byte of memory and a field changed, in each pair of forms. */
  @Test
  void formsOfOneSampleAreTheSameAndAChangeIsFoundThroughAll(@TempDir Path folder)
      throws IOException {
    Path first = folder.resolve("pc");
    Samples.unpack("pc", first);
    byte[] bytes = Files.readAllBytes(first);
    // a byte of the ACPI table in guest memory, the lowest byte of the timer's first field
    bytes[find(bytes, "FACP") + 10] ^= 1;
    bytes[find(bytes, "\5timer") + 6 + 8 + 7] ^= 1;
    Path changed = Files.write(folder.resolve("changed"), bytes);
    for (FormatId format : FormatId.values()) {
      converted(first, folder.resolve(format.label()), format);
      converted(changed, folder.resolve("changed-" + format.label()), format);
    }
    for (FormatId a : FormatId.values()) {
      for (FormatId b : FormatId.values()) {
        try (ByteSource one = ImageReader.open(folder.resolve(a.label()));
            ByteSource two = ImageReader.open(folder.resolve(b.label()))) {
          assertEquals(List.of(), compare(one, two, false), a + " and " + b);
        }
        try (ByteSource one = ImageReader.open(folder.resolve(a.label()));
            ByteSource two = ImageReader.open(folder.resolve("changed-" + b.label()))) {
          List<Difference> found = compare(one, two, false);
          assertEquals(
              List.of("/rom@etc/acpi/tables", "timer 0.cpu_ticks_offset"),
              found.stream().map(Difference::path).toList(),
              a + " and " + b);
          assertEquals(1, found.getFirst().pages());
          assertEquals(1, found.getFirst().bytes());
        }
      }
    }
  }
}
