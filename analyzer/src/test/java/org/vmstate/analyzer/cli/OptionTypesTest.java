package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
    OwnProcess.Ended ended =
        OwnProcess.run("-Xmx128m", "exec \"$@\"", List.of("samples", "pc", "-o", out.toString()));
    assertEquals(0, ended.code(), ended.said());
    assertTrue(Files.size(out) > 0);
  }
}
