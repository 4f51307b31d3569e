package org.vmstate.parser.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.testkit.ImageBytes;

/** What was spooled is gone when the source that it came from is closed. */
class SpoolTest {
  private static final int LONG = 9 << 20;

  private static List<String> open() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.map(SpoolTest::target).filter(name -> name.contains("/vmstate-img")).toList();
    }
  }

  private static String target(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException e) {
      // the one through which the others are listed
      return "";
    }
  }

  /** A stream with a device that nothing describes, so that its end is searched for. */
  private static byte[] longImage() {
    return ImageBytes.withRam("r", 1)
        .section(4, 2, "dev", 0, 1)
        .raw(new byte[LONG])
        .footer(2)
        .u8(0)
        .toBytes();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream compressed = new GZIPOutputStream(out)) {
      compressed.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void restOfAPipeIsGoneWithThePipe() throws IOException {
    for (byte[] image : List.of(longImage(), gzip(longImage()))) {
      try (ByteSource source = ImageReader.open(new ByteArrayInputStream(image))) {
        ImageReader.read(source, ParseOptions.DEFAULT, _ -> {});
        assertEquals(1, open().size());
      }
      assertEquals(List.of(), open());
    }
  }

  @Test
  void keptSourceOfAPassThatFailsIsGone() throws IOException {
    byte[] image = ImageBytes.withRam("r", 1).u8(9).raw(new byte[LONG]).toBytes();
    for (byte[] bytes : List.of(image, gzip(image))) {
      try (ByteSource source = ImageReader.open(new ByteArrayInputStream(bytes))) {
        assertThrows(
            StateFormatException.class,
            () -> ImageReader.readKeeping(source, ParseOptions.DEFAULT, _ -> {}));
      }
      assertEquals(List.of(), open());
    }
  }

  @Test
  void inputThatFailsWhileItIsPutAsideLeavesNothing() throws IOException {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("broken");
          }
        };
    try (ByteSource source =
        ImageReader.open(new SequenceInputStream(new ByteArrayInputStream(longImage()), broken))) {
      IOException e = assertThrows(IOException.class, source::seekable);
      assertEquals("broken", e.getMessage());
    }
    assertEquals(List.of(), open());
  }

  @Test
  void faultOfTheTemporaryFolderNamesIt() throws IOException {
    String before = System.getProperty("java.io.tmpdir");
    System.setProperty("java.io.tmpdir", "/dev/null");
    try (ByteSource source = ImageReader.open(new ByteArrayInputStream(longImage()))) {
      IOException e = assertThrows(IOException.class, source::seekable);
      assertTrue(e.getMessage().startsWith("temporary folder /dev/null: "), e.getMessage());
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }
  }

  @Test
  void sourceOfASpoolStartsAtItsOrigin() throws IOException {
    TemporaryFile file = TemporaryFile.create(".test");
    file.append(ByteBuffer.wrap(new byte[] {1, 2}));
    file.asStream().write(new byte[] {9, 3, 9}, 1, 1);
    try (ByteSource source = file.source(100, new StructurePath())) {
      assertEquals(103, source.length());
      source.seek(102);
      assertEquals(3, source.u8());
    }
    assertEquals(List.of(), open());
  }
}
