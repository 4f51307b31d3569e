package org.vmstate.analyzer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.FinalMemory;
import org.vmstate.parser.memory.Page;
import org.vmstate.writer.ImageWriter;
import org.vmstate.writer.edit.ReplaceDomainXml;
import org.vmstate.writer.edit.ReplaceField;
import org.vmstate.writer.edit.ReplacePage;

/** What a reader emits, a writer accepts; a sink between them that changes one event is an edit. */
class PairTest {
  @TempDir Path folder;

  private interface Edit {
    EventSink before(EventSink next);
  }

  private Path sample(String name) throws IOException {
    Path file = folder.resolve(name);
    Samples.unpack(name, file);
    return file;
  }

  private Path written(Path in, Edit edit) throws IOException {
    Path out = folder.resolve("out");
    try (ByteSource source = ImageReader.open(in);
        ImageWriter writer = ImageWriter.create(out, true)) {
      ImageReader.read(source, ParseOptions.DEFAULT, edit.before(writer));
      writer.commit(false);
    }
    return out;
  }

  /** Decoded states and the bytes of all sections, and what stands before them. */
  private static List<String> said(Path image) throws IOException {
    List<String> said = new ArrayList<>();
    try (ByteSource source = ImageReader.open(image)) {
      ImageReader.read(
          source,
          ParseOptions.DEFAULT,
          event -> {
            switch (event) {
              case Event.SaveImageHeader e -> said.add(e.xml() + e.cookie());
              case Event.Configuration e -> said.add(e.configuration().toString());
              case Event.RamPages e ->
                  said.add(
                      e.run().block().name() + " " + e.run().firstPage() + " " + e.run().kind());
              case Event.Device e -> said.add(e.section() + " " + e.range().length());
              default -> {}
            }
          });
    }
    return said;
  }

  @ParameterizedTest
  @ValueSource(strings = {"pc", "pc-mapped", "pc-xbzrle", "libvirt-sparse", "virt", "pc-5.2"})
  void whatIsNotCompressedIsWrittenByteForByte(String name) throws IOException {
    Path in = sample(name);
    assertEquals(-1, Files.mismatch(in, written(in, next -> next)));
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"RAW", "GZIP", "BZIP2", "XZ", "LZOP", "ZSTD"})
  void aLibvirtImageIsWrittenInEachCompression(Compression compression) throws IOException {
    Path in = sample("libvirt-zstd");
    Path out = written(in, next -> ((ImageWriter) next).compressing(compression));
    assertEquals(said(in), said(out));
    Front front = new Front();
    try (ByteSource source = ImageReader.open(out)) {
      ImageReader.read(source, ParseOptions.DEFAULT.ofHead(), front);
    }
    assertEquals(compression, front.saveHeader().orElseThrow().compression());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pc", "pc-mapped", "libvirt-sparse", "libvirt-zstd", "pc-xbzrle"})
  void aPageIsReplaced(String name) throws IOException {
    Path in = sample(name);
    byte[] page = new byte[4096];
    Arrays.fill(page, (byte) 0xa5);
    Path out = written(in, next -> new ReplacePage(next, "pc.ram", 300, page));
    try (ByteSource before = ImageReader.open(in);
        ByteSource after = ImageReader.open(out);
        FinalMemory was = new FinalMemory();
        FinalMemory is = new FinalMemory()) {
      was.read(before, ParseOptions.DEFAULT);
      is.read(after, ParseOptions.DEFAULT);
      for (long i = 290; i < 310; i++) {
        Page other = was.page(was.block("pc.ram").orElseThrow(), i);
        Page found = is.page(is.block("pc.ram").orElseThrow(), i);
        byte[] expected = i == 300 ? page : bytes(other);
        assertArrayEquals(expected, bytes(found), "page " + i);
      }
    }
  }

  private static byte[] bytes(Page page) {
    return switch (page) {
      case Page.Data data -> data.bytes();
      case Page.Fill fill -> {
        byte[] bytes = new byte[4096];
        Arrays.fill(bytes, (byte) fill.value());
        yield bytes;
      }
      case Page.NeverSent _, Page.LeftOut _ -> new byte[0];
    };
  }

  @Test
  void theDomainXmlOfACompressedImageIsReplaced() throws IOException {
    String xml = "<domain>" + " ".repeat(100_000) + "</domain>";
    Path in = sample("libvirt-zstd");
    Path out = written(in, next -> new ReplaceDomainXml(next, xml));
    List<String> expected = new ArrayList<>(said(in));
    assertTrue(said(out).getFirst().startsWith(xml));
    assertEquals(expected.subList(1, expected.size()), said(out).subList(1, expected.size()));
  }

  @Test
  void aFieldOfADeviceIsReplaced() throws IOException {
    Path in = sample("pc");
    byte[] value = ByteBuffer.allocate(8).putLong(0x1234).array();
    Path out = written(in, next -> new ReplaceField(next, "timer", "cpu_ticks_offset", value));
    byte[] before = Files.readAllBytes(in);
    byte[] after = Files.readAllBytes(out);
    assertEquals(before.length, after.length);
    int at = Arrays.mismatch(before, after);
    assertTrue(at > 0);
    assertEquals(said(in), said(out));
    assertThrows(
        IOException.class, () -> written(in, n -> new ReplaceField(n, "timer", "news", value)));
    assertThrows(
        IOException.class, () -> written(in, n -> new ReplaceField(n, "none", "news", value)));
  }

  @Test
  void aBareStreamHasNoDomainXmlToReplace() throws IOException {
    Path in = sample("pc");
    assertThrows(
        IOException.class, () -> written(in, next -> new ReplaceDomainXml(next, "<domain/>")));
  }

  @Test
  void fixedPlacesDoNotMove() throws IOException {
    Path in = sample("libvirt-sparse");
    String longer = "<domain>" + " ".repeat(100_000) + "</domain>";
    IOException e =
        assertThrows(
            IOException.class, () -> written(in, next -> new ReplaceDomainXml(next, longer)));
    assertTrue(e.getMessage().startsWith("mapped-ram: expected the stream where it was"));
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void aStreamFromAPipeIsWritten() throws IOException {
    Path in = sample("pc");
    Path out = folder.resolve("out");
    try (InputStream pipe = Files.newInputStream(in);
        ByteSource source = ImageReader.open(pipe);
        ImageWriter writer = ImageWriter.create(out, true)) {
      ImageReader.read(source, ParseOptions.DEFAULT, writer);
      writer.commit(false);
    }
    assertEquals(-1, Files.mismatch(in, out));
  }

  @Test
  void aStreamWithoutItsEndIsNotCommitted() throws IOException {
    Path out = folder.resolve("out");
    try (ByteSource source = ImageReader.open(sample("pc"));
        ImageWriter writer = ImageWriter.create(out, true)) {
      ImageReader.read(source, ParseOptions.DEFAULT.ofHead(), writer);
      assertInstanceOf(
          IllegalStateException.class,
          assertThrows(IllegalStateException.class, () -> writer.commit(false)));
    }
    assertFalse(Files.exists(out));
  }
}
