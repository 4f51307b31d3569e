package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.samples.Sample;
import org.vmstate.analyzer.samples.Samples;

/**
 * Readers made from the whole-file specifications for other languages find in every sample what the
 * JSON beside it says.
 */
class SpecificationsLabTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir Path folder;

  static Stream<String> samples() throws IOException {
    return Samples.list().stream().map(Sample::name);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void pythonAndJavaScriptFindWhatIsExpected(String sample) throws Exception {
    Path lab = Lab.require();
    Path image = folder.resolve("image");
    Samples.unpack(sample, image);
    Path file = ROOT.resolve(Path.of("specs", "samples", sample + ".json"));
    JsonNode expected = JSON.readTree(Files.readString(file));
    assertEquals(expected, run("/usr/bin/python3", "summary.py", "python", image, lab), "Python");
    assertEquals(expected, run("node", "summary.js", "javascript", image, lab), "JavaScript");
  }

  private JsonNode run(String program, String script, String language, Path image, Path lab)
      throws IOException, InterruptedException {
    Path scripts = ROOT.resolve(Path.of("specs", "oracle"));
    Path generated = ROOT.resolve(Path.of("parser", "target", "oracle", language));
    ProcessBuilder builder =
        new ProcessBuilder(
            program, scripts.resolve(script).toString(), generated.toString(), image.toString());
    builder.environment().put("NODE_PATH", lab.resolve("node_modules").toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Path errors = folder.resolve("errors");
    Process process = builder.redirectError(errors.toFile()).start();
    byte[] output = process.getInputStream().readAllBytes();
    assertEquals(0, process.waitFor(), Files.readString(errors));
    return JSON.readTree(output);
  }
}
