package org.vmstate.analyzer.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.samples.Sample;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.Corruptor;
import org.vmstate.testkit.ImageArbitraries;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.ImageRecipe;
import org.vmstate.testkit.Parts;

/** Every byte has one name, at every level. */
class FileMapTest {
  private static ByteSource source(byte[] image) {
    return new HeapSource(image, 0, new StructurePath());
  }

  private static List<Entry> entries(ByteSource source, int level) throws IOException {
    List<Entry> entries = new ArrayList<>();
    FileMap map = new FileMap(level, entries::add);
    try {
      ImageReader.read(source, ParseOptions.DEFAULT, map);
    } catch (StateFormatException e) {
      // what stands in front of the damage still has names
    }
    map.finish();
    return entries;
  }

  private static long covered(List<Entry> entries, boolean decompressed) {
    long at = 0;
    for (Entry entry : entries) {
      if (entry.decompressed() == decompressed) {
        assertEquals(at, entry.range().start(), entry.toString());
        assertTrue(entry.range().length() > 0, entry.toString());
        at = entry.range().end();
      }
    }
    return at;
  }

  @Provide
  Arbitrary<ImageRecipe> images() {
    return ImageArbitraries.recipes();
  }

  @Property(tries = 100)
  void rangesAreDisjointAndCoverTheFile(@ForAll("images") ImageRecipe recipe) throws IOException {
    for (byte[] image : List.of(recipe.sequential(), recipe.mapped(4096))) {
      for (int level = 1; level <= FileMap.MOST_DETAIL; level++) {
        assertEquals(image.length, covered(entries(source(image), level), false));
      }
    }
  }

  @Property(tries = 50)
  void runsOfPagesCoverEachBlock(@ForAll("images") ImageRecipe recipe) throws IOException {
    for (byte[] image : List.of(recipe.sequential(), recipe.mapped(4096))) {
      try (SentMemory memory = new SentMemory()) {
        memory.read(source(image), ParseOptions.DEFAULT);
        for (RamBlock block : memory.contents().blocks()) {
          long[] at = {0};
          memory.runs(
              block,
              (run, times) -> {
                assertEquals(at[0], run.firstPage());
                at[0] += run.count();
              });
          assertEquals(block.pages(), at[0]);
        }
      }
    }
  }

  @Test
  void coarserLevelsJoinWhatBelongsTogether() throws IOException {
    byte[] image = Parts.sequential().toBytes();
    assertEquals(
        List.of("stream", "ram", "devices", "stream", "description"),
        entries(source(image), 1).stream().map(Entry::part).toList());
    List<String> records = entries(source(image), 2).stream().map(Entry::record).toList();
    assertTrue(records.containsAll(List.of("START ram 0", "PART ram 0", "FULL timer 0")));
    assertTrue(entries(source(image), 3).size() > records.size());
  }

  @Test
  void everyByteOfEverySampleIsNamed(@TempDir Path folder) throws IOException {
    for (Sample sample : Samples.list()) {
      Path file = folder.resolve(sample.name());
      Samples.unpack(sample.name(), file);
      for (int level = 1; level <= FileMap.MOST_DETAIL; level++) {
        try (ByteSource image = Container.openState(file)) {
          assertEquals(image.length(), covered(entries(image, level), false), sample.name());
        }
      }
    }
  }

  @Test
  void damageEndsTheMapAndLeavesNoHole() throws IOException {
    Corruptor.flips(Parts.sequential().toBytes())
        .forEachRemaining(
            damaged -> {
              try {
                covered(entries(source(damaged.bytes()), 3), false);
              } catch (IOException e) {
                throw new AssertionError(damaged.defect(), e);
              }
            });
  }

  @Test
  void entropyIsThatOfShannon() {
    byte[] page = new byte[4096];
    assertEquals(0, CellMap.entropy(page), 1e-9);
    for (int i = 0; i < page.length; i++) {
      page[i] = (byte) i;
    }
    assertEquals(8, CellMap.entropy(page), 1e-9);
    for (int i = 0; i < page.length; i++) {
      page[i] = (byte) (i % 2);
    }
    assertEquals(1, CellMap.entropy(page), 1e-9);
  }

  /** A page that was never sent is no zero page, and each pass counts. */
  @Test
  void timesSentAreCounted() throws IOException {
    ImageBytes passes = new ImageBytes().again(2, 1).be64(8).name("pc.ram").fill(1, 4096);
    passes.be64(0x1022).u8(0).eos().footer(1);
    passes.again(2, 1).be64(8).name("pc.ram").fill(2, 4096).eos().footer(1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true);
    MapPrinter.pages(
        source(Parts.sequential().with("part", passes.toBytes()).toBytes()),
        ParseOptions.DEFAULT,
        print);
    assertEquals(
        """
        pc.ram: 16384 bytes
          0x000000000000 to 0x000000001000 data       at 0x1088, sent 2 times
          0x000000001000 to 0x000000002000 zero
          0x000000002000 to 0x000000004000 never sent
        """,
        out.toString());
  }
}
