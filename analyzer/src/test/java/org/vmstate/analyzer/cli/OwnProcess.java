package org.vmstate.analyzer.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program in a process of its own, for which nobody waits for ever. */
final class OwnProcess {
  private static final int MOST_MINUTES = 5;

  /** How long a JVM may take to print what its threads do. */
  private static final int LAST_WORDS_SECONDS = 10;

  private OwnProcess() {}

  /**
   * What a process did.
   *
   * @param code its exit code
   * @param said both of its outputs
   */
  record Ended(int code, String said) {}

  /**
   * Runs it with both outputs in one and nothing on standard input.
   *
   * @param option of the JVM
   * @param script of a shell, whose arguments are the command
   */
  static Ended run(String option, String script, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(option);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(arguments);
    return run(new ProcessBuilder(command), MOST_MINUTES * 60);
  }

  /**
   * Runs a process whose outputs are not redirected; after some time it is ended, and what its
   * threads did then is said.
   */
  static Ended run(ProcessBuilder builder, int seconds) throws IOException, InterruptedException {
    Path said = Files.createTempFile("vmstate-img-test", ".said");
    Process process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .redirectInput(new File("/dev/null"))
            .start();
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        // a JVM prints the stacks of its threads, and anything else ends
        for (ProcessHandle each : tree(process)) {
          new ProcessBuilder("kill", "-QUIT", String.valueOf(each.pid())).start();
        }
        process.waitFor(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        throw new IOException(builder.command() + " does not end: " + text(said));
      }
      return new Ended(process.exitValue(), text(said));
    } finally {
      tree(process).forEach(ProcessHandle::destroyForcibly);
      Files.deleteIfExists(said);
    }
  }

  private static List<ProcessHandle> tree(Process process) {
    return Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
  }

  private static String text(Path said) throws IOException {
    return new String(Files.readAllBytes(said), StandardCharsets.UTF_8);
  }
}
