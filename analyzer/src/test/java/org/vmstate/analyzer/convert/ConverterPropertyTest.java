package org.vmstate.analyzer.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vmstate.analyzer.ScratchFolder;
import org.vmstate.analyzer.memory.AbsentPages;
import org.vmstate.analyzer.memory.MemoryHasher;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.Page;
import org.vmstate.testkit.ImageArbitraries;
import org.vmstate.testkit.ImageRecipe;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.synthetic.SyntheticImage;
import org.vmstate.writer.synthetic.SyntheticRecipe;

/** Whatever the way, the state stays what it was. */
class ConverterPropertyTest extends ScratchFolder {
  private static final String XML = "<domain type='qemu'><name>x</name></domain>";

  /** What an image means: its memory, and every section that is not RAM. */
  record State(List<String> memory, List<String> sections) {
    static State of(Path file) throws IOException {
      List<String> sections = new ArrayList<>();
      List<String> hashes = new ArrayList<>();
      try (ByteSource source = ImageReader.open(file);
          Memory memory =
              Memory.read(source, ParseOptions.DEFAULT, note -> {}, new AbsentPages(null))) {
        for (RamBlock block : memory.contents().blocks()) {
          hashes.add(block.name() + MemoryHasher.sha256(memory.contents(), block));
        }
      }
      try (ByteSource source = ImageReader.open(file)) {
        ImageReader.read(
            source,
            ParseOptions.DEFAULT,
            event -> {
              if (event instanceof Event.Device e) {
                sections.add(e.section() + " " + e.range().length());
              }
            });
      }
      return new State(hashes, sections);
    }
  }

  static void convert(Path input, Path output, ConvertOptions options) throws IOException {
    try (ByteSource source = ImageReader.open(input);
        Destination target = Destination.file(output, true, options.pages().direct())) {
      new Converter(options, ParseOptions.DEFAULT, Progress.NONE, note -> {})
          .convert(source, input, target);
      target.commit(Outcome.WHOLE, false);
    }
  }

  static ConvertOptions options(FormatId target) {
    ConvertOptions plain = ConvertOptions.to(target);
    return target.isLibvirt() ? plain.withXml(XML) : plain;
  }

  @Provide
  Arbitrary<ImageRecipe> images() {
    return ImageArbitraries.recipes().map(ImageRecipe::withAllSent);
  }

  @Provide
  Arbitrary<ImageRecipe> gappy() {
    return ImageArbitraries.recipes();
  }

  /** A layout that cannot express pages never sent refuses them, or they are told as lost. */
  @Property(tries = 60)
  void pagesNeverSentAreKeptRefusedOrTold(
      @ForAll("gappy") ImageRecipe recipe,
      @ForAll("formats") FormatId format,
      @ForAll boolean compact)
      throws IOException {
    Path in = Files.write(folder.resolve("in"), recipe.sequential());
    Path out = folder.resolve("there");
    Files.deleteIfExists(out);
    ConvertOptions options = options(format).with(PageOptions.DEFAULT.compact(compact).workers(2));
    List<String> gaps = new ArrayList<>();
    for (int i = 0; i < recipe.blockPages().size(); i++) {
      if (recipe.missing(i) > 0) {
        gaps.add(recipe.blockName(i) + " " + recipe.missing(i));
      }
    }
    if (!options.target().isFixed()) {
      convert(in, out, options);
      assertEquals(gaps, gaps(out));
      return;
    }
    if (!gaps.isEmpty()) {
      MalformedDataException e =
          assertThrows(MalformedDataException.class, () -> convert(in, out, options));
      assertEquals(Reason.PAGES_NEVER_SENT, e.reason());
      assertFalse(Files.exists(out), "an output");
    }
    List<String> losses = new ArrayList<>();
    try (ByteSource source = ImageReader.open(in);
        Destination target = Destination.file(out, true, false)) {
      new Converter(options, ParseOptions.DEFAULT, Progress.NONE, note -> {})
          .losing(losses::add)
          .convert(source, in, target);
      target.commit(Outcome.WHOLE, false);
    }
    assertEquals(gaps.size(), losses.size(), losses.toString());
    assertEquals(State.of(in), State.of(out));
    assertEquals(List.of(), gaps(out));
  }

  private static List<String> gaps(Path image) throws IOException {
    List<String> gaps = new ArrayList<>();
    try (ByteSource source = ImageReader.open(image);
        FinalMemory memory = new FinalMemory()) {
      memory.read(source, ParseOptions.DEFAULT);
      for (RamBlock block : memory.blocks()) {
        long missing = 0;
        for (long page = 0; page < block.pages(); page++) {
          missing += memory.page(block, page) instanceof Page.NeverSent ? 1 : 0;
        }
        if (missing > 0) {
          gaps.add(block.name() + " " + missing);
        }
      }
    }
    return gaps;
  }

  @Provide
  Arbitrary<FormatId> formats() {
    return Arbitraries.of(FormatId.values());
  }

  @Provide
  Arbitrary<SyntheticRecipe> live() {
    return Combinators.combine(
            Arbitraries.longs(),
            Arbitraries.integers().between(1, 300),
            Arbitraries.integers().between(1, 4),
            Arbitraries.of("", "current", "2011"))
        .as(
            (seed, pages, sweeps, form) ->
                new SyntheticRecipe(
                    seed,
                    "synthetic",
                    4096,
                    List.of(
                        new SyntheticRecipe.Block("a", pages * 4096L),
                        new SyntheticRecipe.Block("b", 8 * 4096L)),
                    0.3,
                    0.1,
                    0.1,
                    sweeps,
                    0.3,
                    !form.isEmpty(),
                    form.equals("2011"),
                    1));
  }

  private static Path live(SyntheticRecipe recipe) throws IOException {
    Path file = folder.resolve("in");
    try (StreamSink sink = new StreamSink(Files.newOutputStream(file))) {
      new SyntheticImage(recipe).writeSequential(sink);
    }
    return file;
  }

  @Property(tries = 100)
  void thereAndBackGivesTheSameState(
      @ForAll("images") ImageRecipe recipe,
      @ForAll("formats") FormatId there,
      @ForAll("formats") FormatId back)
      throws IOException {
    Path in = folder.resolve("in");
    Files.write(in, recipe.sequential());
    State before = State.of(in);
    convert(in, folder.resolve("there"), options(there));
    assertEquals(before, State.of(folder.resolve("there")), there.label());
    convert(folder.resolve("there"), folder.resolve("back"), options(back));
    assertEquals(before, State.of(folder.resolve("back")), there + " to " + back);
  }

  @Property(tries = 60)
  void passesAndDeltasEndInTheSameMemory(
      @ForAll("live") SyntheticRecipe recipe, @ForAll("formats") FormatId target)
      throws IOException {
    Path in = live(recipe);
    convert(in, folder.resolve("there"), options(target));
    assertEquals(State.of(in), State.of(folder.resolve("there")), target.label());
  }

  /** A stream that stays sequential is copied record for record. */
  @Property(tries = 30)
  void sequentialStreamComesBackToTheByte(
      @ForAll("live") SyntheticRecipe recipe, @ForAll("formats") FormatId target)
      throws IOException {
    if (target.isFixed()) {
      return;
    }
    Path in = live(recipe);
    convert(in, folder.resolve("there"), options(target));
    convert(folder.resolve("there"), folder.resolve("back"), options(FormatId.QEMU));
    assertArrayEquals(Files.readAllBytes(in), Files.readAllBytes(folder.resolve("back")));
  }

  /** The canonical form of a layout does not depend on where the state came from. */
  @Property(tries = 30)
  void fixedLayoutIsTheSameByEveryWay(@ForAll("live") SyntheticRecipe recipe) throws IOException {
    Path in = live(recipe);
    ConvertOptions mapped = options(FormatId.QEMU_MAPPED_RAM);
    convert(in, folder.resolve("there"), mapped);
    byte[] direct = Files.readAllBytes(folder.resolve("there"));
    ConvertOptions compact =
        options(FormatId.LIBVIRT_ZSTD).with(PageOptions.DEFAULT.compact(true).workers(1));
    convert(in, folder.resolve("back"), compact);
    convert(folder.resolve("back"), folder.resolve("there"), mapped);
    assertArrayEquals(direct, Files.readAllBytes(folder.resolve("there")));
  }

  /** From a pipe, through compression, with one worker or several: the same bytes. */
  @Property(tries = 40)
  void pipeGivesTheSameBytesAsAFile(
      @ForAll("live") SyntheticRecipe recipe, @ForAll("formats") FormatId target)
      throws IOException {
    Path in = live(recipe);
    convert(in, folder.resolve("there"), options(target));
    byte[] compressed = Files.readAllBytes(in);
    Path out = folder.resolve("pipe");
    ConvertOptions options = options(target).with(PageOptions.DEFAULT.workers(3));
    try (ByteSource source = ImageReader.open(new ByteArrayInputStream(compressed));
        Destination destination = Destination.file(out, true, false)) {
      new Converter(options, ParseOptions.DEFAULT, Progress.NONE, note -> {})
          .convert(source, null, destination);
      destination.commit(Outcome.WHOLE, false);
    }
    assertArrayEquals(Files.readAllBytes(folder.resolve("there")), Files.readAllBytes(out));
    if (!options.target().isFixed()) {
      ByteArrayOutputStream stdout = new ByteArrayOutputStream();
      try (ByteSource source = ImageReader.open(in);
          Destination destination = Destination.stream(stdout)) {
        new Converter(options, ParseOptions.DEFAULT, Progress.NONE, note -> {})
            .convert(source, in, destination);
        destination.commit(Outcome.WHOLE, false);
      }
      assertArrayEquals(Files.readAllBytes(out), stdout.toByteArray());
    }
  }

  @Property(tries = 30)
  void deltasOnABaseEndInTheMemoryOfTheOther(
      @ForAll("live") SyntheticRecipe recipe, @ForAll boolean form2011) throws IOException {
    SyntheticRecipe earlier =
        new SyntheticRecipe(
            recipe.seed(),
            recipe.machine(),
            recipe.pageSize(),
            recipe.blocks(),
            recipe.zero(),
            recipe.fill(),
            recipe.duplicate(),
            0,
            0,
            false,
            false,
            0);
    Files.copy(live(earlier), folder.resolve("there"), StandardCopyOption.REPLACE_EXISTING);
    Path in = live(recipe);
    ConvertOptions options =
        options(FormatId.QEMU)
            .with(PageOptions.DEFAULT.from(folder.resolve("there"), form2011).workers(1));
    convert(in, folder.resolve("back"), options);
    assertEquals(State.of(in), State.of(folder.resolve("back")));
  }

  @Property(tries = 20)
  void alignmentOfChoice(@ForAll("images") ImageRecipe recipe) throws IOException {
    Path in = folder.resolve("in");
    Files.write(in, recipe.sequential());
    for (long align : new long[] {8192, 65536, 4 << 20}) {
      ConvertOptions options =
          options(FormatId.LIBVIRT_SPARSE)
              .aligned(OptionalLong.of(align))
              .with(PageOptions.DEFAULT.workers(2));
      convert(in, folder.resolve("there"), options);
      try (ByteSource source = ImageReader.open(folder.resolve("there"))) {
        ImageReader.read(
            source,
            ParseOptions.DEFAULT,
            event -> {
              if (event instanceof Event.PageArea area) {
                assertEquals(0, area.range().start() % align);
              }
            });
      }
      assertEquals(State.of(in), State.of(folder.resolve("there")));
    }
  }
}
