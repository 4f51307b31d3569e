package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.analyzer.dump.Dump;
import org.vmstate.analyzer.dump.DumpOptions;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** The whole-file specifications, compiled to other languages, find in samples what we find. */
class SpecificationsLabTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "pc, sequential, false",
    "riscv, sequential, false",
    "virt, sequential, true",
    "pc-mapped, mapped, false"
  })
  void pythonAndJavaScriptAgree(String sample, String kind, String addresses) throws Exception {
    Path lab = Lab.require();
    Path image = folder.resolve("image");
    Samples.unpack(sample, image);
    String[] arguments = {kind, image.toString(), "4096", addresses};
    JsonNode expected = summary(image);
    assertEquals(
        expected, run("/usr/bin/python3", "summary.py", "python", arguments, lab), "Python");
    assertEquals(expected, run("node", "summary.js", "javascript", arguments, lab), "JavaScript");
  }

  private JsonNode run(String program, String script, String language, String[] more, Path lab)
      throws IOException, InterruptedException {
    Path scripts = ROOT.resolve(Path.of("specs", "oracle"));
    Path generated = ROOT.resolve(Path.of("parser", "target", "oracle", language));
    ProcessBuilder builder =
        new ProcessBuilder(program, scripts.resolve(script).toString(), generated.toString());
    builder.command().addAll(List.of(more));
    builder.environment().put("NODE_PATH", lab.resolve("node_modules").toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Path errors = folder.resolve("errors");
    Process process = builder.redirectError(errors.toFile()).start();
    byte[] output = process.getInputStream().readAllBytes();
    assertEquals(0, process.waitFor(), Files.readString(errors));
    return JSON.readTree(output);
  }

  /** Says of our dump what the scripts say. */
  private static JsonNode summary(Path image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DumpOptions options = new DumpOptions(true, Optional.empty(), false, false, false, false);
    try (ByteSource source = ImageReader.open(image);
        Report report = new JsonReport(out)) {
      new Dump(options, ParseOptions.DEFAULT).run("image", source, report);
    }
    JsonNode dump = JSON.readTree(out.toByteArray());
    ObjectNode summary = JSON.createObjectNode();
    summary.set("machine", dump.path("configuration").path("machine"));
    ArrayNode sections = summary.putArray("sections");
    ObjectNode blocks = summary.putObject("blocks");
    long pages = 0;
    boolean mapped = false;
    for (JsonNode section : dump.path("sections")) {
      String record = section.path("record").asText();
      if (record.equals("start") || record.equals("full")) {
        sections.add(section.path("name"));
      }
      for (JsonNode block : section.path("blocks")) {
        blocks.set(block.path("name").asText(), block.path("used_length"));
        mapped |= block.has("pages_offset");
      }
      if (record.equals("vmdescription")) {
        summary.put("description_length", section.path("length").asInt() - 5);
      }
      for (JsonNode count : section.path("pages")) {
        pages += count.asLong();
      }
    }
    summary.put("page_records", mapped ? 0 : (int) pages);
    return summary;
  }
}
