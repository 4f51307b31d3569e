package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.layout.FixedLayout;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.Capability;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.synthetic.SyntheticImage;
import org.vmstate.writer.synthetic.SyntheticMemory;
import org.vmstate.writer.synthetic.SyntheticRecipe;

/** Parsing what was written from a recipe gives what the recipe says. */
class SyntheticImageTest {

  @Provide
  Arbitrary<SyntheticRecipe> recipes() {
    Arbitrary<List<Integer>> pages =
        Arbitraries.integers().between(1, 40).list().ofMinSize(1).ofMaxSize(4);
    return Combinators.combine(
            Arbitraries.longs(),
            pages,
            Arbitraries.of(1024, 4096, 8192),
            Arbitraries.integers().between(0, 3),
            Arbitraries.of(0.0, 0.3, 1.0),
            Arbitraries.of("", "current", "2011"),
            Arbitraries.integers().between(0, 2))
        .as(SyntheticImageTest::recipe);
  }

  private static SyntheticRecipe recipe(
      long seed, List<Integer> pages, int size, int sweeps, double rate, String form, int devices) {
    List<SyntheticRecipe.Block> blocks =
        IntStream.range(0, pages.size())
            .mapToObj(i -> new SyntheticRecipe.Block("block" + i, (long) pages.get(i) * size))
            .toList();
    return new SyntheticRecipe(
        seed,
        "synthetic",
        size,
        blocks,
        0.3,
        0.1,
        0.1,
        sweeps,
        rate,
        !form.isEmpty(),
        form.equals("2011"),
        devices);
  }

  private static byte[] sequential(SyntheticRecipe recipe) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (StreamSink sink = new StreamSink(out)) {
      new SyntheticImage(recipe).writeSequential(sink);
    }
    return out.toByteArray();
  }

  private static ReadBack fixed(SyntheticRecipe recipe, FixedLayout layout, long alignment)
      throws IOException {
    Path file = Files.createTempFile("vmstate-test", ".fixed");
    try {
      try (FileSink sink =
          new FileSink(
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE), null, 0)) {
        new SyntheticImage(recipe).writeFixed(sink, layout, alignment);
        sink.flush();
      }
      return ReadBack.of(file);
    } finally {
      Files.delete(file);
    }
  }

  private static void assertHolds(SyntheticRecipe recipe, ReadBack read) {
    assertEquals(recipe.machine(), read.configuration.machine());
    assertEquals(recipe.blocks().size(), read.blocks.size());
    SyntheticMemory memory = new SyntheticMemory(recipe);
    byte[] page = new byte[recipe.pageSize()];
    for (RamBlock block : read.blocks) {
      assertEquals(recipe.pageSize(), block.pageSize());
      byte[] expected = new byte[(int) block.usedLength()];
      for (int i = 0; i < block.pages(); i++) {
        if (memory.content(block.index(), i, recipe.iterations(), page)) {
          System.arraycopy(page, 0, expected, i * page.length, page.length);
        }
      }
      assertArrayEquals(expected, read.memory.get(block.index()), block.name());
    }
  }

  @Property(tries = 150)
  void sequentialLayoutHoldsTheMemory(@ForAll("recipes") SyntheticRecipe recipe)
      throws IOException {
    byte[] image = sequential(recipe);
    assertArrayEquals(image, sequential(recipe), "not deterministic");
    assertHolds(recipe, ReadBack.of(image));
  }

  @Property(tries = 60)
  void mappedLayoutHoldsTheMemory(@ForAll("recipes") SyntheticRecipe recipe) throws IOException {
    for (long alignment : new long[] {8192, 65536, 1 << 20}) {
      ReadBack read = fixed(recipe, StreamLayout.MAPPED_RAM, alignment);
      assertHolds(recipe, read);
      assertTrue(read.configuration.has(Capability.MAPPED_RAM));
      for (RamBlock block : read.blocks) {
        assertEquals(0, block.mapped().orElseThrow().pagesOffset() % alignment);
      }
    }
  }

  @Property(tries = 60)
  void layoutOf2022HoldsTheMemory(@ForAll("recipes") SyntheticRecipe recipe) throws IOException {
    ReadBack read = fixed(recipe, StreamLayout.FIXED_RAM_2022, 4L << 20);
    assertHolds(recipe, read);
    assertEquals(0, read.blocks.getFirst().mapped().orElseThrow().version());
  }

  @Test
  void liveImagesHaveDeltasOfTheFormThatWasAskedFor() throws IOException {
    for (String form : List.of("current", "2011")) {
      ReadBack read = ReadBack.of(sequential(recipe(3, List.of(300), 4096, 3, 0.2, form, 0)));
      PageKind kind = form.equals("2011") ? PageKind.XBZRLE_2011 : PageKind.XBZRLE;
      assertTrue(read.runs.stream().filter(r -> r.kind() == kind).count() > 10);
    }
  }

  @Test
  void recipesThatCannotBeMadeAreRefused() {
    List<SyntheticRecipe.Block> odd = List.of(new SyntheticRecipe.Block("r", 5000));
    List<SyntheticRecipe.Block> block = List.of(new SyntheticRecipe.Block("r", 8192));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SyntheticRecipe(1, "m", 4096, odd, 0, 0, 0, 0, 0, false, false, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SyntheticRecipe(1, "m", 4096, block, 0.9, 0.2, 0, 0, 0, false, false, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SyntheticRecipe(1, "m", 4000, block, 0, 0, 0, 0, 0, false, false, 0));
  }
}
