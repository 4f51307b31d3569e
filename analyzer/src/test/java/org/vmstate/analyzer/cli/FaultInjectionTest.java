package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.fault.FaultyProvider;

/**
 * Whatever call of the file system fails or finds no memory: no command says that it succeeded with
 * an output that is bad or missing, none hangs, and none leaves a file behind. {@code
 * -Dfaults=full} lets every call fail, which takes minutes.
 */
class FaultInjectionTest {
  private static final int MOST_SECONDS = 30 * 60;
  private static final int FULL_SECONDS = 12 * 60 * 60;

  @TempDir Path folder;

  /** The process has a limit of its own. */
  @Test
  @Timeout(value = 13, unit = TimeUnit.HOURS)
  void failedCallIsAnErrorThatLeavesNothing() throws IOException, InterruptedException {
    boolean full = "full".equals(System.getProperty("faults"));
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-Djava.io.tmpdir=" + temporary,
                "-Djava.nio.file.spi.DefaultFileSystemProvider=" + FaultyProvider.class.getName(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                FaultRuns.class.getName(),
                folder.toString(),
                String.valueOf(full)));
    OwnProcess.Ended ended = OwnProcess.run(builder, full ? FULL_SECONDS : MOST_SECONDS);
    assertEquals(0, ended.code(), ended.said());
  }
}
