package org.vmstate.analyzer.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.ImageBytes;

/** Rules of single conversions, on frames made by hand. */
class ConverterTest {
  private static final int PAGE = 4096;

  @TempDir Path folder;

  private final List<String> notes = new ArrayList<>();

  private byte[] convert(ImageBytes image, FormatId target) throws IOException {
    return convert(image, target, ParseOptions.DEFAULT);
  }

  private byte[] convert(ImageBytes image, FormatId target, ParseOptions options)
      throws IOException {
    Path in = folder.resolve("in");
    Path out = folder.resolve("out");
    Files.write(in, image.toBytes());
    try (ByteSource source = ImageReader.open(in);
        Destination destination = Destination.file(out, true, false)) {
      Outcome outcome =
          new Converter(ConvertOptions.to(target), options, Progress.NONE, notes::add)
              .convert(source, in, destination);
      destination.commit(outcome, false);
    }
    return Files.readAllBytes(out);
  }

  /** Whoever uses this as a library wants the image's mapping to be gone then. */
  @Test
  void copyThatFailsStopsTheThreadThatChecks() throws IOException {
    int pages = 1 << 20;
    ImageBytes image = ImageBytes.withRam("r", pages).again(2, 1).be64(2).name("r").u8(0);
    for (long page = 1; page < pages; page++) {
      image.be64(page * PAGE | 0x22).u8(0);
    }
    Path in = Files.write(folder.resolve("in"), image.eos().footer(1).ended().u8(0).toBytes());
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("full");
          }
        };
    try (ByteSource source = ImageReader.open(in);
        Destination destination = Destination.stream(full)) {
      Converter converter =
          new Converter(
              ConvertOptions.to(FormatId.QEMU), ParseOptions.DEFAULT, Progress.NONE, notes::add);
      IOException e =
          assertThrows(IOException.class, () -> converter.convert(source, in, destination));
      assertTrue(e.getMessage().contains("full"), e.getMessage());
    }
    assertEquals(
        List.of(),
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter("check"::equals)
            .toList());
  }

  private static String text(byte[] image) {
    return new String(image, StandardCharsets.ISO_8859_1);
  }

  private static ImageBytes start(String... capabilities) {
    return new ImageBytes().header().configuration("m", capabilities).section(1, 1, "ram", 0, 4);
  }

  /** A mapped-ram image of one block with two pages, up to the footer of START. */
  private static ImageBytes mapped(int bits, int... fills) {
    ImageBytes image = start("mapped-ram").be64(2 * PAGE | 4).name("r").be64(2 * PAGE);
    int bitmap = image.size() + 28;
    image.be32(1).be64(PAGE).be64(bitmap).be64(PAGE).u8(bits).zeros(7).padTo(PAGE);
    return image
        .fill(fills[0], PAGE)
        .fill(fills[1], PAGE)
        .eos()
        .footer(1)
        .again(2, 1)
        .eos()
        .footer(1);
  }

  @Test
  void machineWithoutMemoryHasALayoutToo() throws IOException {
    ImageBytes image = start().be64(4).eos().footer(1).again(3, 1).eos().footer(1).u8(0);
    byte[] there = convert(image, FormatId.QEMU_MAPPED_RAM);
    assertTrue(text(there).contains("mapped-ram"));
    ImageBytes again = new ImageBytes().raw(there);
    assertArrayEquals(image.toBytes(), convert(again, FormatId.QEMU));
  }

  /** It has no END, by which a reader of a fixed layout knows that the bitmaps were written. */
  @Test
  void ramOfABackgroundSnapshotIsEnded() throws IOException {
    ImageBytes image = start().be64(PAGE | 4).name("r").be64(PAGE).eos().footer(1);
    image.again(2, 1).be64(8).name("r").fill(7, PAGE).eos().footer(1);
    image.section(4, 2, "timer", 0, 2).be64(1).be64(2).be64(3).footer(2).u8(0);
    byte[] there = convert(image, FormatId.QEMU_MAPPED_RAM);
    String end = text(new ImageBytes().again(3, 1).eos().footer(1).toBytes());
    int at = text(there).indexOf(end);
    assertTrue(at > 0 && at < text(there).indexOf("timer"));
    assertEquals(at, text(there).lastIndexOf(end));
    byte[] back = convert(new ImageBytes().raw(there), FormatId.QEMU);
    assertTrue(text(back).contains(text(new ImageBytes().fill(7, PAGE).toBytes())));
  }

  /** QEMU loads it, the second list over the first; what would be written anew has one list. */
  @Test
  void secondStartOfRamIsNotWrittenAnew() throws IOException {
    ImageBytes image = start();
    for (int i = 0; i < 2; i++) {
      if (i > 0) {
        image.section(1, 1, "ram", 0, 4);
      }
      image.be64(PAGE | 4).name("r").be64(PAGE).eos().footer(1);
      image.again(2, 1).be64(8).name("r").fill(7, PAGE).eos().footer(1);
      image.again(3, 1).eos().footer(1);
    }
    image.u8(0);
    assertThrows(UnsupportedFeatureException.class, () -> convert(image, FormatId.QEMU_MAPPED_RAM));
    assertArrayEquals(image.toBytes(), convert(image, FormatId.QEMU));
  }

  @Test
  void zeroPagesWithASetBitBecomeHolesAndZeroRecords() throws IOException {
    ImageBytes image = mapped(3, 0, 7).again(3, 1).eos().footer(1).u8(0);
    byte[] there = convert(image, FormatId.QEMU_MAPPED_RAM);
    int bitmap = text(there).indexOf("\1r", 30) + 2 + 8 + 28;
    assertEquals(2, there[bitmap]);
    byte[] sequential = convert(image, FormatId.QEMU);
    assertTrue(sequential.length < 2 * PAGE, "length " + sequential.length);
  }

  @Test
  void dataUnderAClearBitIsNotTaken() throws IOException {
    ImageBytes image = mapped(1, 5, 9).again(3, 1).eos().footer(1).u8(0);
    for (FormatId target : List.of(FormatId.QEMU, FormatId.QEMU_MAPPED_RAM)) {
      assertFalse(text(convert(image, target)).contains("\t\t\t"), target.label());
    }
  }

  @Test
  void mappedImageWithoutEndHasLostItsMemory() {
    ImageBytes image = mapped(0, 5, 9).u8(0);
    for (FormatId target : List.of(FormatId.QEMU, FormatId.QEMU_MAPPED_RAM)) {
      MalformedDataException e =
          assertThrows(MalformedDataException.class, () -> convert(image, target));
      assertTrue(e.getMessage().contains("memory is lost"), e.getMessage());
    }
  }

  private static ImageBytes ignoreShared(boolean secondIsSent) {
    ImageBytes image = start("x-ignore-shared").be64(2 * PAGE | 4);
    image.name("a").be64(PAGE).be64(0).name("b").be64(PAGE).be64(PAGE).eos().footer(1);
    image.again(2, 1).be64(2).name("a").u8(0);
    if (secondIsSent) {
      image.be64(2).name("b").u8(0);
    }
    return image.eos().footer(1).again(3, 1).eos().footer(1).u8(0);
  }

  @Test
  void blockThatWasLeftOutCannotBeMapped() {
    ConversionException e =
        assertThrows(
            ConversionException.class,
            () -> convert(ignoreShared(false), FormatId.QEMU_MAPPED_RAM));
    assertTrue(e.getMessage().startsWith("block b was left out"), e.getMessage());
  }

  @Test
  void capabilityThatMappedRamExcludesIsTakenAwayWhenNothingIsLost() throws IOException {
    String there = text(convert(ignoreShared(true), FormatId.QEMU_MAPPED_RAM));
    assertFalse(there.contains("x-ignore-shared"));
    assertTrue(there.contains("mapped-ram"));
    assertArrayEquals(
        ignoreShared(true).toBytes(), convert(ignoreShared(true), FormatId.QEMU), "copied");
  }

  @Test
  void commandsOfPostcopyAreLeftOutOfFixedLayouts() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("m");
    image.u8(8).be16(1).be16(0).u8(8).be16(2).be16(4).be32(1);
    image.u8(8).be16(3).be16(16).be64(PAGE).be64(PAGE).section(1, 1, "ram", 0, 4);
    image.be64(PAGE | 4).name("r").be64(PAGE).eos().footer(1);
    image.u8(8).be16(11).be16(0).again(3, 1).be64(2).name("r").u8(0).eos().footer(1).u8(0);
    byte[] there = convert(image, FormatId.QEMU_MAPPED_RAM);
    ImageBytes commands = new ImageBytes().u8(8).be16(11).be16(0).u8(3);
    assertTrue(text(there).contains(text(commands.toBytes())));
    assertFalse(text(there).contains(text(new ImageBytes().u8(8).be16(2).be16(4).toBytes())));
  }

  @Test
  void streamsOfVersion2AreCopiedButKeepTheirLayout() throws IOException {
    ImageBytes image = new ImageBytes().text("QEVM").be32(2).be64(20);
    image.name("cpu").be32(0).be32(4).be32(4).text("abcd");
    assertArrayEquals(image.toBytes(), convert(image, FormatId.QEMU));
    assertThrows(UnsupportedFeatureException.class, () -> convert(image, FormatId.QEMU_MAPPED_RAM));
  }

  @Test
  void bytesBehindTheStreamAreKeptOrToldOf() throws IOException {
    ImageBytes image = ImageBytes.withRam("r", 1).again(3, 1);
    image.be64(2).name("r").u8(0).eos().footer(1).u8(0).text("more");
    assertArrayEquals(image.toBytes(), convert(image, FormatId.QEMU));
    notes.clear();
    assertFalse(text(convert(image, FormatId.QEMU_MAPPED_RAM)).endsWith("more"));
    assertTrue(notes.contains("4 bytes after the stream left out"), notes.toString());
  }

  /** A device that no description delimits, at the end of a stream without footers. */
  @Test
  void whatIsNotUnderstoodIsOnlyCopiedBySalvage() throws IOException {
    ImageBytes image = start().be64(PAGE | 4).name("r").be64(PAGE).eos();
    image
        .again(3, 1)
        .be64(8)
        .name("r")
        .fill(3, PAGE)
        .eos()
        .section(4, 2, "odd", 0, 1)
        .text("xyz\0");
    for (FormatId target : List.of(FormatId.QEMU_MAPPED_RAM, FormatId.QEMU)) {
      assertThrows(UnsupportedFeatureException.class, () -> convert(image, target));
      assertFalse(Files.exists(folder.resolve("out")), "an output has its name");
    }
    notes.clear();
    String there =
        text(convert(image, FormatId.QEMU_MAPPED_RAM, ParseOptions.DEFAULT.tolerating()));
    assertTrue(there.endsWith("xyz\0"), "the end is missing");
    assertEquals(1, notes.stream().filter(n -> n.contains("rest of the file is unknown")).count());
  }
}
