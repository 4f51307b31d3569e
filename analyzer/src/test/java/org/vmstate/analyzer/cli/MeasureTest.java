package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code measure} says of every layout is what {@code stat} says after {@code convert}. */
class MeasureTest {
  /** Extents for which ext4 needs one more block, beyond those in the inode. */
  private static final int EXTENTS = 300;

  private static final int BLOCK = 8;

  @TempDir Path folder;

  private static long blocks(Path file) throws IOException {
    Process process = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return Long.parseLong(
        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
  }

  private static JsonNode measured(String... words) throws IOException {
    return new ObjectMapper().readTree(CommandRun.ok(words).out()).path("outputs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pc-xbzrle", "libvirt-sparse", "pc-qcow2"})
  void everyLayoutHasTheSizeOfWhatConvertWrites(String sample) throws IOException {
    Path xml =
        Files.writeString(folder.resolve("xml"), "<domain type='qemu'><name>a</name></domain>");
    String image = "sample:" + sample;
    JsonNode outputs = measured("measure", "--output=json", "-o", "xml=" + xml, image);
    assertEquals(20, outputs.size());
    for (JsonNode one : outputs) {
      assertTrue(one.path("impossible").isMissingNode(), one.toString());
      String format = one.path("format").asText();
      Path out = folder.resolve("out");
      List<String> words = new ArrayList<>(List.of("convert", "-q", "--force", "-O", format));
      if (one.has("align")) {
        words.addAll(List.of("-o", "align=" + one.path("align").asLong()));
      }
      if (format.startsWith("libvirt")) {
        words.addAll(List.of("-o", "xml=" + xml));
      }
      words.addAll(List.of("--no-sync", image, out.toString()));
      CommandRun.ok(words);
      assertEquals(Files.size(out), one.path("size").asLong(), one.toString());
      long real = blocks(out);
      long tree = BLOCK * (1 + one.path("runs").asLong() / EXTENTS);
      long difference = Math.abs(real - one.path("blocks").asLong());
      assertTrue(difference <= real / 100 + tree, one + " on disk " + real);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw", "elf"})
  void memoryHasTheSizeOfWhatConvertWrites(String format) throws IOException {
    JsonNode one = measured("measure", "--output=json", "-O", format, "sample:pc").path(0);
    Path out = folder.resolve("out");
    CommandRun.ok("convert", "-q", "-O", format, "sample:pc", out.toString());
    assertEquals(Files.size(out), one.path("size").asLong(), one.toString());
  }

  @Test
  void nothingIsWritten() throws IOException {
    String before = System.getProperty("java.io.tmpdir");
    System.setProperty("java.io.tmpdir", folder.toString());
    try {
      measured("measure", "--output=json", "-O", "qemu-mapped-ram", "sample:pc-xbzrle");
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }
    // only what the sample was decompressed to, which goes when the program ends
    try (var files = Files.list(folder)) {
      assertTrue(files.count() <= 1);
    }
  }
}
