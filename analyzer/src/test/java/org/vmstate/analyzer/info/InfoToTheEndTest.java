package org.vmstate.analyzer.info;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.cli.CommandRun;

/** Whoever reads a stream to its end says what he met there. */
class InfoToTheEndTest {
  /** From a section's type to its name: the type, the id and the name's length. */
  private static final int FRONT = 6;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"--memory", "--devices"})
  void endMarkInThePlaceOfADeviceIsDamage(String option) throws IOException {
    Path image = folder.resolve("image");
    CommandRun.ok("samples", "pc", "-o", image.toString());
    byte[] bytes = Files.readAllBytes(image);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("\5timer") - FRONT + 1] = 0;
    Files.write(image, bytes);
    CommandRun run = CommandRun.of("info", option, image.toString());
    assertEquals(2, run.code(), run.toString());
    assertTrue(run.err().contains(image + ": "), run.err());
    assertTrue(run.out().contains("restore: no: end mark"), run.out());
  }
}
