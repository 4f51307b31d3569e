package org.vmstate.analyzer.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.extract.Extractor;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.Page;
import org.vmstate.testkit.ImageBytes;

/** What becomes of pages that a stream does not have. */
class AbsentPagesTest {
  private static final int PAGE = 4096;

  @TempDir Path folder;

  private final List<String> losses = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Four pages, of which the first is data and the second zero. */
  private static ImageBytes gaps() {
    ImageBytes image = ImageBytes.withRam("r", 4).again(3, 1);
    return image.be64(8).name("r").fill(7, PAGE).be64(PAGE | 0x22).u8(0).eos().footer(1).u8(0);
  }

  /** Two pages, of the second of which only a delta came. */
  private static ImageBytes delta() {
    ImageBytes image = ImageBytes.withRam("r", 2).again(3, 1).be64(8).name("r").fill(7, PAGE);
    image.be64(PAGE | 0x60).u8(1).be16(3).u8(5).u8(1).u8('A');
    return image.eos().footer(1).u8(0);
  }

  /** A main stream whose pages came by channels, but for one. */
  private static ImageBytes multifd() {
    ImageBytes image = ImageBytes.withRam("r", 2).again(3, 1).be64(2).name("r").u8(0);
    return image.be64(0x200).eos().footer(1).u8(0);
  }

  /** One block that x-ignore-shared left out, one that it did not. */
  private static ImageBytes leftOut() {
    ImageBytes image = new ImageBytes().header().configuration("pc", "x-ignore-shared");
    image.section(1, 1, "ram", 0, 4).be64(2 * PAGE | 4);
    image.name("a").be64(PAGE).be64(0).name("b").be64(PAGE).be64(PAGE).eos().footer(1);
    return image.again(3, 1).be64(2).name("b").u8(0).eos().footer(1).u8(0);
  }

  /** A device that has plugged some of the two pages, none of which is sent. */
  private static ImageBytes virtioMem(int plugged) {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.section(4, 2, "x/virtio-mem-device-early", 0, 1).be64(plugged).footer(2);
    image.section(1, 1, "ram", 0, 4).be64(2 * PAGE | 4).name("x/m").be64(2 * PAGE).eos();
    image.footer(1).again(3, 1).eos().footer(1).u8(0);
    return image.description(
        "{\"page_size\": 4096, \"devices\": [{\"name\": \"x/virtio-mem-device-early\","
            + " \"instance_id\": 0, \"vmsd_name\": \"v\", \"version\": 1, \"fields\":"
            + " [{\"name\": \"size\", \"type\": \"uint64\", \"size\": 8}]}]}");
  }

  private Path convert(ImageBytes image, FormatId format, boolean compact, boolean salvages)
      throws IOException {
    Path in = Files.write(folder.resolve("in"), image.toBytes());
    Path out = folder.resolve("out");
    ConvertOptions options =
        ConvertOptions.to(format).with(PageOptions.DEFAULT.compact(compact).workers(1));
    try (ByteSource source = ImageReader.open(in);
        Destination target = Destination.file(out, true, false)) {
      Converter converter = new Converter(options, ParseOptions.DEFAULT, Progress.NONE, notes::add);
      (salvages ? converter.losing(losses::add) : converter).convert(source, in, target);
      target.commit(Outcome.WHOLE, false);
    }
    return out;
  }

  private String refused(ImageBytes image, FormatId format, boolean compact) {
    MalformedDataException e =
        assertThrows(MalformedDataException.class, () -> convert(image, format, compact, false));
    assertEquals(Reason.PAGES_NEVER_SENT, e.reason());
    assertFalse(Files.exists(folder.resolve("out")), "an output");
    return e.getMessage();
  }

  private static List<Page> pages(Path image, String name) throws IOException {
    List<Page> pages = new ArrayList<>();
    try (ByteSource source = ImageReader.open(image);
        FinalMemory memory = new FinalMemory()) {
      memory.read(source, ParseOptions.DEFAULT);
      RamBlock block = memory.block(name).orElseThrow();
      for (long i = 0; i < block.pages(); i++) {
        pages.add(memory.page(block, i));
      }
    }
    return pages;
  }

  @Test
  void fixedLayoutRefusesAndNamesBlockNumberAndRemedy() {
    String message = refused(gaps(), FormatId.QEMU_MAPPED_RAM, false);
    assertTrue(
        message.contains("pages of r: expected all 4, found 2 never sent; qemu-mapped-ram"),
        message);
    assertTrue(message.contains("--salvage"), message);
    assertFalse(message.contains("multifd"), message);
  }

  @Test
  void salvageMakesZerosOfThemAndTellsSo() throws IOException {
    Path out = convert(gaps(), FormatId.QEMU_MAPPED_RAM, false, true);
    assertEquals(
        List.of("pages of r: expected all 4, found 2 never sent; they become zeros"), losses);
    assertEquals(new Page.Fill(0), pages(out, "r").getLast());
  }

  @Test
  void deltaOfAPageThatWasNotSentIsNoPage() throws IOException {
    String message = refused(delta(), FormatId.QEMU_MAPPED_RAM, false);
    assertTrue(message.contains("pages of r: expected all 2, found 1 never sent"), message);
    Path out = convert(delta(), FormatId.QEMU_MAPPED_RAM, false, true);
    assertEquals(1, losses.size(), losses.toString());
    assertEquals(new Page.Fill(0), pages(out, "r").getLast());
    Files.delete(out);
    assertEquals(
        new Page.NeverSent(), pages(convert(delta(), FormatId.QEMU, true, false), "r").getLast());
  }

  @Test
  void compactStreamKeepsThemNeverSent() throws IOException {
    List<Page> pages = pages(convert(gaps(), FormatId.QEMU, true, false), "r");
    assertInstanceOf(Page.Data.class, pages.getFirst());
    assertEquals(
        List.of(new Page.Fill(0), new Page.NeverSent(), new Page.NeverSent()), pages.subList(1, 4));
  }

  @Test
  void pagesOfMultifdChannelsAreNamed() {
    for (boolean compact : new boolean[] {true, false}) {
      FormatId format = compact ? FormatId.QEMU : FormatId.QEMU_MAPPED_RAM;
      String message = refused(multifd(), format, compact);
      assertTrue(message.contains("found 1 never sent: multifd channels have them"), message);
    }
  }

  @Test
  void copyWithoutThePagesOfChannelsSaysSoOnce() throws IOException {
    convert(multifd(), FormatId.QEMU, false, false);
    assertEquals(
        List.of(
            "pages in multifd channels are in other files, and not in this copy; --channel adds"
                + " them"),
        notes);
    convert(gaps(), FormatId.QEMU, false, false);
    assertEquals(1, notes.size(), notes.toString());
  }

  @Test
  void blocksThatWereLeftOutAreNoZeros() throws IOException {
    ConversionException e =
        assertThrows(
            ConversionException.class,
            () -> convert(leftOut(), FormatId.QEMU_MAPPED_RAM, false, false));
    assertTrue(e.getMessage().contains("block a was left out by x-ignore-shared"), e.getMessage());
    Path compact = convert(leftOut(), FormatId.QEMU, true, false);
    assertEquals(List.of(new Page.LeftOut()), pages(compact, "a"));
    assertEquals(List.of(new Page.Fill(0)), pages(compact, "b"));
    convert(leftOut(), FormatId.QEMU_MAPPED_RAM, false, true);
    assertEquals(1, losses.size(), losses.toString());
  }

  @Test
  void unpluggedMemoryIsNoLossAndMissingPluggedOneIs() throws IOException {
    convert(virtioMem(0), FormatId.QEMU_MAPPED_RAM, false, false);
    Files.delete(folder.resolve("out"));
    refused(virtioMem(PAGE), FormatId.QEMU_MAPPED_RAM, false);
  }

  @Test
  void extractedPartsMustBeThere() throws IOException {
    Path in = Files.write(folder.resolve("in"), gaps().toBytes());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Extractor extractor = new Extractor(ParseOptions.DEFAULT, null, 1, Progress.NONE, note -> {});
    try (ByteSource source = ImageReader.open(in)) {
      extractor.pages(source, "r", 100, 2 * PAGE, out);
    }
    assertEquals(2 * PAGE - 100, out.size());
    try (ByteSource source = ImageReader.open(in)) {
      assertThrows(
          MalformedDataException.class,
          () -> extractor.pages(source, "r", PAGE, 2 * PAGE + 1, out));
    }
    try (ByteSource source = ImageReader.open(in)) {
      extractor.losing(losses::add).pages(source, "r", PAGE, 2 * PAGE + 1, out);
    }
    assertEquals(1, losses.size());
  }
}
