package org.vmstate.analyzer.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.synthetic.SyntheticImage;
import org.vmstate.writer.synthetic.SyntheticRecipe;

/** Whatever goes wrong, the target is whole or absent, and the input is what it was. */
class FaultTest {
  @TempDir Path folder;

  private Path in;
  private byte[] content;

  @BeforeEach
  void write() throws IOException {
    in = folder.resolve("in");
    SyntheticRecipe recipe =
        new SyntheticRecipe(
            1,
            "synthetic",
            4096,
            List.of(new SyntheticRecipe.Block("pc.ram", 24 << 20)),
            0.1,
            0.1,
            0.1,
            1,
            0.1,
            false,
            false,
            1);
    try (StreamSink sink = new StreamSink(Files.newOutputStream(in))) {
      new SyntheticImage(recipe).writeSequential(sink);
    }
    content = Files.readAllBytes(in);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private void convert(ByteSource source, Path input, Path out, FormatId target)
      throws IOException {
    try (source;
        Destination destination = Destination.file(out, true, false)) {
      new Converter(
              ConverterPropertyTest.options(target),
              ParseOptions.DEFAULT,
              Progress.NONE,
              note -> {})
          .convert(source, input, destination);
      destination.commit(Outcome.WHOLE, true);
    }
  }

  @Test
  void killedProcessLeavesTheOldTargetOrTheNewOne() throws Exception {
    Path out = folder.resolve("out");
    byte[] old = "what was there before".getBytes();
    convert(ImageReader.open(in), in, out, FormatId.QEMU_MAPPED_RAM);
    byte[] whole = Files.readAllBytes(out);
    Random random = new Random(9);
    int kept = 0;
    for (int i = 0; i < 12; i++) {
      Files.write(out, old);
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-cp",
                  System.getProperty("java.class.path"),
                  "org.vmstate.analyzer.cli.Main",
                  "convert",
                  "-q",
                  "--force",
                  "-O",
                  "qemu-mapped-ram",
                  in.toString(),
                  out.toString())
              .inheritIO()
              .start();
      // a start takes about half a second here; some kills come before, some after the work
      process.waitFor(200 + random.nextInt(700), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
      byte[] found = Files.readAllBytes(out);
      boolean isOld = Arrays.equals(old, found);
      kept += isOld ? 1 : 0;
      assertTrue(isOld || Arrays.equals(whole, found), "neither old nor new: " + found.length);
      assertArrayEquals(content, Files.readAllBytes(in));
    }
    assertTrue(kept > 0, "no kill came in time");
  }

  @ParameterizedTest
  @EnumSource(FormatId.class)
  void streamThatEndsEarlyLeavesNothing(FormatId target) throws IOException {
    byte[] cut = Arrays.copyOf(content, content.length - 5000);
    Path out = folder.resolve("out");
    assertThrows(
        TruncatedDataException.class,
        () -> convert(ImageReader.open(new ByteArrayInputStream(cut)), null, out, target));
    Path file = folder.resolve("cut");
    Files.write(file, cut);
    assertThrows(
        TruncatedDataException.class, () -> convert(ImageReader.open(file), file, out, target));
    assertEquals(List.of("cut", "in"), names());
    assertArrayEquals(cut, Files.readAllBytes(file));
  }

  /** The file shrinks under the mapping, as it looks when a disk cannot be read. */
  @ParameterizedTest
  @EnumSource(
      value = FormatId.class,
      names = {"QEMU", "QEMU_MAPPED_RAM", "LIBVIRT_GZIP", "LIBVIRT_ZSTD", "LIBVIRT_SPARSE"})
  void unreadableInputIsAnErrorOfOurs(FormatId target) throws IOException {
    ByteSource source = ImageReader.open(in);
    try (FileChannel channel = FileChannel.open(in, StandardOpenOption.WRITE)) {
      channel.truncate(content.length / 2);
    }
    Path out = folder.resolve("out");
    IOException e = assertThrows(IOException.class, () -> convert(source, in, out, target));
    assertTrue(e.getMessage().matches("(?s).*(shorter|end).*"), e.getMessage());
    assertEquals(List.of("in"), names());
  }

  @Test
  void brokenOutputPipeEndsTheConversion() throws IOException {
    OutputStream broken =
        new OutputStream() {
          private int left = 1 << 20;

          @Override
          public void write(int b) throws IOException {
            if (--left < 0) {
              throw new IOException("Broken pipe");
            }
          }
        };
    for (FormatId target : List.of(FormatId.QEMU, FormatId.LIBVIRT_GZIP, FormatId.LIBVIRT_ZSTD)) {
      try (ByteSource source = ImageReader.open(in);
          Destination destination = Destination.stream(broken)) {
        Converter converter =
            new Converter(
                ConverterPropertyTest.options(target),
                ParseOptions.DEFAULT,
                Progress.NONE,
                note -> {});
        IOException e =
            assertThrows(
                IOException.class,
                () -> {
                  converter.convert(source, in, destination);
                  destination.commit(Outcome.WHOLE, true);
                });
        assertEquals("Broken pipe", e.getMessage());
      }
    }
  }

  /** While one thread copies, another one reads; its note of trailing bytes finds no memory. */
  @Test
  void checkThatFindsNoMemoryEndsTheCopy() throws IOException {
    Files.write(in, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    Path out = folder.resolve("out");
    OutOfMemoryError failure = new OutOfMemoryError("test");
    ConvertOptions options = ConverterPropertyTest.options(FormatId.QEMU);
    Consumer<String> notes =
        _ -> {
          throw failure;
        };
    try (ByteSource source = ImageReader.open(in);
        Destination target = Destination.file(out, true, false)) {
      Converter converter = new Converter(options, ParseOptions.DEFAULT, Progress.NONE, notes);
      assertSame(
          failure,
          assertThrows(OutOfMemoryError.class, () -> converter.convert(source, in, target)));
    }
    assertFalse(Files.exists(out));
  }

  @Test
  void imagesThatLackTheirMemoryAreRefused() throws IOException {
    Path partial = folder.resolve("partial");
    convert(ImageReader.open(in), in, partial, FormatId.LIBVIRT_RAW);
    try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("LibvirtQemudPart".getBytes()), 0);
    }
    Path out = folder.resolve("out");
    for (FormatId target : List.of(FormatId.QEMU, FormatId.QEMU_MAPPED_RAM)) {
      IOException e =
          assertThrows(
              IOException.class, () -> convert(ImageReader.open(partial), partial, out, target));
      assertTrue(e.getMessage().contains("did not finish"), e.getMessage());
    }
    assertFalse(Files.exists(out));
  }
}
