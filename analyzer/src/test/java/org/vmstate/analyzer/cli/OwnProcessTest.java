package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A child that waits for ever fails its test, and what it waits for is said. */
class OwnProcessTest {
  @TempDir Path folder;

  @Test
  void processThatDoesNotEndIsEndedAndSaysWhatItDoes() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, OwnProcess.run(new ProcessBuilder("mkfifo", pipe.toString()), 60).code());
    ProcessBuilder waiting =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "info",
            pipe.toString());
    IOException e = assertThrows(IOException.class, () -> OwnProcess.run(waiting, 8));
    String said = String.valueOf(e.getMessage());
    assertTrue(said.contains(" does not end: "), said);
    assertTrue(said.contains("org.vmstate.analyzer.cli.Main.main"), said);
    assertTrue(
        ProcessHandle.current()
            .descendants()
            .flatMap(child -> child.info().commandLine().stream())
            .noneMatch(line -> line.contains(pipe.toString())));
    assertTrue(Files.exists(pipe));
  }
}
