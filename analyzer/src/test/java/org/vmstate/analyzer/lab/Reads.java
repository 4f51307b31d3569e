package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.vmstate.analyzer.dump.CompatDump;
import org.vmstate.analyzer.dump.Dump;
import org.vmstate.analyzer.dump.DumpOptions;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.stream.RecordWriter;
import org.vmstate.writer.vmdesc.StateEncoder;

/** What our reader makes of an image that a real program wrote. */
final class Reads {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Reads() {}

  /** Dumps an image, which must be whole and without oddities. */
  static JsonNode dump(Path image, boolean hashes) throws IOException {
    return dump(ImageReader.open(image), image, hashes);
  }

  /** Dumps an image as it comes through a pipe. */
  static JsonNode dumpPiped(Path image) throws IOException {
    return dump(ImageReader.open(Files.newInputStream(image)), image, false);
  }

  private static JsonNode dump(ByteSource opened, Path image, boolean hashes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DumpOptions options = new DumpOptions(false, Optional.empty(), false, hashes, false, false);
    try (ByteSource source = opened;
        Report report = new JsonReport(out)) {
      new Dump(options, ParseOptions.DEFAULT).run(image.toString(), source, report);
    }
    JsonNode dump = JSON.readTree(out.toByteArray());
    assertTrue(dump.path("error").isNull(), () -> image + ": " + dump.path("error"));
    assertTrue(dump.path("complete").asBoolean(), image + ": not complete");
    for (JsonNode notice : dump.path("notices")) {
      // a stream without a description is whole
      assertTrue(
          notice.asText().startsWith("devices: decoded by the table of QEMU "),
          () -> image + ": " + dump.path("notices"));
    }
    return dump;
  }

  /** Returns the hash of each RAM block. */
  static Map<String, String> hashes(Path image) throws IOException {
    Map<String, String> result = new TreeMap<>();
    for (JsonNode block : dump(image, true).path("memory")) {
      result.put(block.path("block").asText(), block.path("sha256").asText());
    }
    return result;
  }

  /** Returns how many pages of a kind were sent. */
  static long sent(JsonNode dump, String kind) {
    long sum = 0;
    for (JsonNode block : dump.path("memory")) {
      sum += block.path("pages_sent").path(kind).asLong();
    }
    return sum;
  }

  /** Returns the number of devices whose sections are described, all of which must be decoded. */
  static int decoded(JsonNode dump) {
    // an iterable has as many parts as it took
    Set<String> found = new HashSet<>();
    for (JsonNode section : dump.path("sections")) {
      assertTrue(section.path("not_decoded").isMissingNode(), section.toString());
      if (section.has("state")) {
        found.add(section.path("name").asText() + "#" + section.path("instance_id"));
      }
    }
    return found.size();
  }

  static byte[] compat(Path image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ByteSource source = ImageReader.open(image);
        Report report = new JsonReport(out)) {
      CompatDump.run(source, ParseOptions.DEFAULT, report);
    }
    return out.toByteArray();
  }

  /** Compares the compatible dump with what QEMU's script prints; says whether the script ran. */
  static boolean equalsScript(Path lab, Path image) throws IOException, InterruptedException {
    byte[] ours = compat(image);
    Lab.Result script =
        Lab.run(
            image.resolveSibling("script.err"),
            "python3",
            lab.resolve("analyze-migration.py").toString(),
            "-f",
            image.toString());
    if (script.exitCode() != 0) {
      return false;
    }
    assertEquals(JSON.readTree(script.output()), JSON.readTree(ours), image.toString());
    return true;
  }

  /**
   * Checks that the elements are disjoint, ascending and cover the file, that writing them again
   * gives the same bytes, and that so does encoding what each device's state was decoded to.
   */
  static void covered(Path image) throws IOException {
    try (ByteSource source = ImageReader.open(image);
        InputStream expected = new BufferedInputStream(Files.newInputStream(image), 1 << 20);
        StreamSink sink = new StreamSink(new Expecting(expected, image))) {
      Rewriter rewriter = new Rewriter(new RecordWriter(sink));
      ImageReader.read(source, ParseOptions.DEFAULT, rewriter);
      sink.flush();
      assertEquals(Files.size(image), sink.position(), image + ": not all was written again");
      if (!rewriter.compressed) {
        assertEquals(Files.size(image), rewriter.end);
      }
    }
    Checks.sound(image);
  }

  /** Follows the ranges, and writes every element of the file itself. */
  private static final class Rewriter implements EventSink {
    private final RecordWriter records;
    private long end;
    private boolean compressed;

    Rewriter(RecordWriter records) {
      this.records = records;
    }

    @Override
    public void accept(Event event) throws IOException {
      if (!event.covers()) {
        return;
      }
      assertEquals(end, event.range().start(), event.toString());
      end = event.range().end();
      if (!compressed) {
        records.accept(event);
      }
      if (event instanceof Event.CompressedStream) {
        compressed = true;
        end = 0;
      }
      if (event instanceof Event.Device e && e.state().isPresent()) {
        encodes(e);
      }
    }

    private static void encodes(Event.Device e) throws IOException {
      byte[] payload = new byte[(int) e.range().length()];
      e.content().copy(e.range().start(), ByteBuffer.wrap(payload));
      StateNode expanded = DeviceDecoders.expand(e.state().get(), note -> {});
      assertArrayEquals(payload, StateEncoder.encode(expanded), e.section().name());
    }
  }

  /** Compares what is written with a file. */
  private static final class Expecting extends OutputStream {
    private final InputStream expected;
    private final Path image;

    Expecting(InputStream expected, Path image) {
      this.expected = expected;
      this.image = image;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] data, int from, int length) throws IOException {
      assertArrayEquals(
          expected.readNBytes(length), Arrays.copyOfRange(data, from, from + length), image + "");
    }
  }
}
