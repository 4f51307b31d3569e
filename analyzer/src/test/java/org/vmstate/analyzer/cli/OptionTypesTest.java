package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the program leaves out at its start, to start sooner, is needed by no option. */
class OptionTypesTest {
  @TempDir Path folder;

  @Test
  void pathIsTakenByTheProgramAsItStarts() throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Process process =
        OwnProcess.start("-Xmx128m", "exec \"$@\"", List.of("samples", "pc", "-o", out.toString()));
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(Files.size(out) > 0);
  }
}
