package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.dump.Dump;
import org.vmstate.analyzer.dump.DumpOptions;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** What a dump prints of a field is what a change takes, and setting it changes nothing. */
class PrintedValuesTest {
  /** Elements of an array that are set. */
  private static final int ELEMENTS = 3;

  /** QEMU gives another field the name that the first element of this array has: quotes help. */
  private static final String TWICE = "env.vfp.xregs";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"pc", "pc-5.2", "q35-11.1", "virt", "riscv"})
  void fieldThatIsSetToWhatItHasGivesTheSameFile(String sample) throws IOException {
    Path image = folder.resolve("image");
    Samples.unpack(sample, image);
    List<Change> changes = new ArrayList<>();
    for (JsonNode section : dump(image).path("sections")) {
      String name = section.path("name").asText() + "#" + section.path("instance_id").asInt();
      add(name, section.path("state"), changes);
    }
    assertTrue(changes.size() > 100, "values " + changes.size());
    Path out = folder.resolve("out");
    try (Destination target = Destination.file(out, true, false)) {
      new ImageChanger(image, ParseOptions.DEFAULT, changes)
          .copy(target, Progress.NONE, note -> {});
      target.commit(Outcome.WHOLE, false);
    }
    assertEquals(-1, Files.mismatch(image, out));
  }

  private static JsonNode dump(Path image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DumpOptions options = new DumpOptions(false, Optional.empty(), false, false, false, false);
    try (ByteSource source = ImageReader.open(image);
        Report report = new JsonReport(out)) {
      new Dump(options, ParseOptions.DEFAULT).run("image", source, report);
    }
    return new ObjectMapper().readTree(out.toByteArray());
  }

  private static String element(String path, int index) {
    int name = path.length() - TWICE.length();
    return path.endsWith(TWICE)
        ? path.substring(0, name) + '"' + TWICE + "\"[" + index + "]"
        : path + "[" + index + "]";
  }

  private static void add(String path, JsonNode node, List<Change> changes) throws IOException {
    if (node.isObject()) {
      for (var member : node.properties()) {
        add(path + "." + member.getKey(), member.getValue(), changes);
      }
    } else if (node.isArray()) {
      // names of bits stand beside their number
      boolean names = node.path(0).isTextual() && !node.path(0).asText().startsWith("0x");
      for (int i = 0; i < Math.min(names ? 0 : node.size(), ELEMENTS); i++) {
        add(element(path, i), node.get(i), changes);
      }
    } else if (node.isValueNode() && !node.isNull()) {
      changes.add(ChangeText.set(path + "=" + node.asText()));
    }
  }
}
