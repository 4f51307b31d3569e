package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.event.EventSink;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.ImageWriter;
import org.vmstate.writer.edit.ReplaceDomainXml;
import org.vmstate.writer.edit.ReplaceField;

/** Verbs that copy in the kernel write what reader and writer would, with an edit between them. */
class PairVerbsTest {
  @TempDir Path folder;

  private Path sample(String name) throws IOException {
    Path file = folder.resolve(name);
    Samples.unpack(name, file);
    return file;
  }

  private void requireSame(Path in, UnaryOperator<EventSink> edit, String... words)
      throws IOException {
    Path pair = folder.resolve("pair");
    try (ByteSource source = ImageReader.open(in);
        ImageWriter writer = ImageWriter.create(pair, true)) {
      ImageReader.read(source, ParseOptions.DEFAULT, edit.apply(writer));
      writer.commit(false);
    }
    CommandRun.ok(words);
    assertEquals(-1, Files.mismatch(pair, folder.resolve("out")));
  }

  private String out() {
    return folder.resolve("out").toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pc", "pc-xbzrle", "pc-5.2", "virt", "pc-no-description"})
  void aConversionThatKeepsTheLayoutIsACopy(String name) throws IOException {
    Path in = sample(name);
    requireSame(in, next -> next, "convert", "-q", "--no-sync", "-O", "qemu", in.toString(), out());
  }

  @Test
  void anEditOfAFieldReplacesItsBytes() throws IOException {
    Path in = sample("pc");
    byte[] value = ByteBuffer.allocate(8).putLong(0x1234).array();
    requireSame(
        in,
        next -> new ReplaceField(next, "timer", "cpu_ticks_offset", value),
        "edit",
        "-q",
        "--no-sync",
        "--set",
        "timer.cpu_ticks_offset=0x1234",
        in.toString(),
        out());
  }

  @Test
  void anEditOfTheDomainXmlReplacesIt() throws IOException {
    Path in = folder.resolve("raw");
    String compressed = sample("libvirt-zstd").toString();
    CommandRun.ok("convert", "-q", "--no-sync", "-O", "libvirt-raw", compressed, in.toString());
    String xml = "<domain type='qemu'><name>other</name></domain>";
    Path file = Files.writeString(folder.resolve("xml"), xml);
    requireSame(
        in,
        next -> new ReplaceDomainXml(next, xml),
        "edit",
        "-q",
        "--no-sync",
        "--xml",
        file.toString(),
        in.toString(),
        out());
  }
}
