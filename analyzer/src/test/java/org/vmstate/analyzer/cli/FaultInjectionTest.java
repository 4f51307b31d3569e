package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.fault.FaultyProvider;

/**
 * Whatever call of the file system fails or finds no memory: no command says that it succeeded with
 * an output that is bad or missing, none hangs, and none leaves a file behind. {@code
 * -Dfaults=full} lets every call fail, which takes minutes.
 */
class FaultInjectionTest {
  @TempDir Path folder;

  @Test
  void failedCallIsAnErrorThatLeavesNothing() throws IOException, InterruptedException {
    boolean full = "full".equals(System.getProperty("faults"));
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    Path report = folder.resolve("report");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx192m",
                    "-Djava.io.tmpdir=" + temporary,
                    "-Djava.nio.file.spi.DefaultFileSystemProvider="
                        + FaultyProvider.class.getName(),
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    FaultRuns.class.getName(),
                    folder.toString(),
                    String.valueOf(full)))
            .redirectErrorStream(true)
            .redirectOutput(report.toFile())
            .start();
    int exitCode = process.waitFor();
    assertEquals(0, exitCode, Files.readString(report));
  }
}
