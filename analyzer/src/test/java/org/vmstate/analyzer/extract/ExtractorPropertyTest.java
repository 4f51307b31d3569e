package org.vmstate.analyzer.extract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vmstate.analyzer.ScratchFolder;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.Converter;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.ImageArbitraries;
import org.vmstate.testkit.ImageRecipe;
import org.vmstate.testkit.MappedParts;

/** What is taken out is what the image means, whatever it was converted to before. */
class ExtractorPropertyTest extends ScratchFolder {
  @Provide
  Arbitrary<ImageRecipe> images() {
    return ImageArbitraries.recipes().map(ImageRecipe::withAllSent);
  }

  @Provide
  Arbitrary<FormatId> formats() {
    return Arbitraries.of(FormatId.values());
  }

  private static Extractor extractor(Path map) {
    return new Extractor(ParseOptions.DEFAULT, map, 2, Progress.NONE, note -> {});
  }

  /** A map that puts all blocks one after the other. */
  private static Path map(ImageRecipe recipe) throws IOException {
    StringBuilder text = new StringBuilder("{\"ranges\": [");
    long at = 0;
    for (int i = 0; i < recipe.blockPages().size(); i++) {
      long length = (long) recipe.blockPages().get(i) * recipe.pageSize();
      text.append(i == 0 ? "" : ",");
      text.append(
          String.format(
              Locale.ROOT,
              "{\"start\": \"0x%x\", \"length\": %d, \"block\": \"%s\"}",
              at,
              length,
              recipe.blockName(i)));
      at += length;
    }
    return Files.writeString(folder.resolve("map"), text.append("]}").toString());
  }

  private static byte[] expected(ImageRecipe recipe) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < recipe.blockPages().size(); i++) {
      all.writeBytes(recipe.memory(i));
    }
    return all.toByteArray();
  }

  @Property(tries = 100)
  void memoryIsTheSameAfterEveryConversion(
      @ForAll("images") ImageRecipe recipe, @ForAll("formats") FormatId format) throws IOException {
    Path input = Files.write(folder.resolve("in"), recipe.sequential());
    Path image = folder.resolve("image");
    ConvertOptions plain = ConvertOptions.to(format);
    try (Destination out = Destination.file(image, true, false);
        ByteSource source = ImageReader.open(input)) {
      ConvertOptions options = format.isLibvirt() ? plain.withXml("<domain/>") : plain;
      new Converter(options, ParseOptions.DEFAULT, Progress.NONE, note -> {})
          .convert(source, input, out);
      out.commit(Outcome.WHOLE, false);
    }
    Path map = map(recipe);
    Path raw = folder.resolve("raw");
    try (Destination out = Destination.file(raw, true, false);
        ByteSource source = ImageReader.open(image)) {
      extractor(map).raw(source, image, out);
      out.commit(Outcome.WHOLE, false);
    }
    assertArrayEquals(expected(recipe), Files.readAllBytes(raw), "to a file");
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    try (Destination out = Destination.stream(stream);
        ByteSource source = ImageReader.open(Files.newInputStream(image))) {
      extractor(map).raw(source, null, out);
      out.commit(Outcome.WHOLE, false);
    } catch (IOException e) {
      // a mapped layout cannot be read from a pipe
      assertTrue(plain.target().isFixed(), e.toString());
      return;
    }
    assertArrayEquals(expected(recipe), stream.toByteArray(), "from a pipe to a pipe");
  }

  /** Each range follows its header, whose last address belongs to it. */
  @Property(tries = 50)
  void limeHasEachRangeAfterItsHeader(@ForAll("images") ImageRecipe recipe) throws IOException {
    Path image = Files.write(folder.resolve("image"), recipe.sequential());
    Path map = map(recipe);
    MemoryLayout lime = MemoryLayout.of("lime").orElseThrow();
    Path file = folder.resolve("lime");
    try (Destination out = Destination.file(file, true, false);
        ByteSource source = ImageReader.open(image)) {
      out.commit(extractor(map).memory(lime, source, image, out), false);
    }
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    try (Destination out = Destination.stream(stream);
        ByteSource source = ImageReader.open(Files.newInputStream(image))) {
      out.commit(extractor(map).memory(lime, source, null, out), false);
    }
    assertArrayEquals(Files.readAllBytes(file), stream.toByteArray(), "from a pipe to a pipe");
    ByteBuffer in = ByteBuffer.wrap(stream.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream memory = new ByteArrayOutputStream();
    while (in.hasRemaining()) {
      assertEquals(0x4c694d45, in.getInt());
      assertEquals(1, in.getInt());
      assertEquals(memory.size(), in.getLong());
      byte[] range = new byte[(int) (in.getLong() + 1 - memory.size())];
      assertEquals(0, in.getLong());
      in.get(range);
      memory.writeBytes(range);
    }
    assertArrayEquals(expected(recipe), memory.toByteArray());
  }

  @Property(tries = 50)
  void partOfABlockIsThatPart(@ForAll("images") ImageRecipe recipe, @ForAll int seed)
      throws IOException {
    Path image = Files.write(folder.resolve("in"), recipe.mapped(4096));
    byte[] memory = recipe.memory(0);
    int from = Math.floorMod(seed, memory.length);
    int to = from + 1 + Math.floorMod(seed / 7, memory.length - from);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ByteSource source = ImageReader.open(image)) {
      extractor(null).pages(source, recipe.blockName(0), from, to, out);
    }
    assertArrayEquals(Arrays.copyOfRange(memory, from, to), out.toByteArray());
  }

  /** QEMU writes bitmaps at the end of the section; without it all pages would be zero. */
  @Example
  void memoryWithoutBitmapsIsRefused() throws IOException {
    Path image = Files.write(folder.resolve("in"), new MappedParts().withoutEnd().toBytes());
    try (Destination out = Destination.file(folder.resolve("raw"), true, false);
        ByteSource source = ImageReader.open(image)) {
      MalformedDataException e =
          assertThrows(MalformedDataException.class, () -> extractor(null).raw(source, image, out));
      assertTrue(e.getMessage().contains("bitmaps were never written"), e.getMessage());
    }
  }

  private static String name(String block) {
    return BlockFolder.fileName(new RamBlock(3, block, 4096, 4096, 0, -1, Optional.empty()));
  }

  @Example
  void namesOfBlocksAreNoPaths() {
    assertEquals("pc.ram", name("pc.ram"));
    assertEquals("%2from@etc%2facpi%2ftables", name("/rom@etc/acpi/tables"));
    assertEquals("%2e.%2f..%2fetc%2fpasswd", name("../../etc/passwd"));
    assertEquals("%2e.", name(".."));
    assertEquals("%00%0a%25", name("\0\n%"));
    assertTrue(name("/".repeat(255)).length() < 255);
  }

  @Property
  void namesOfBlocksDiffer(@ForAll String a, @ForAll String b) {
    for (String name : List.of(name(a), name(b))) {
      assertFalse(Set.of("", ".", "..").contains(name) && !a.isEmpty() && !b.isEmpty(), name);
      assertTrue(name.matches("[A-Za-z0-9_+@.%~-]*"), name);
    }
    boolean latin = (a + b).chars().allMatch(c -> c < 256) && a.length() < 60 && b.length() < 60;
    assertEquals(latin && !a.equals(b), latin && !name(a).equals(name(b)));
  }
}
