package org.vmstate.analyzer.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a release makes of an image: it is started for one and ends, or says that it is done.
 *
 * @param done whether it was loaded
 * @param said what was printed
 */
record Loading(boolean done, String said) {
  private static final int SECONDS = 8;

  /** Loads an image, in the fixed layout if so. */
  static Loading of(
      Path lab, Path folder, Release release, List<String> machine, Path image, boolean mapped)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(machine);
    arguments.addAll(List.of("-display", "none", "-incoming"));
    arguments.add(mapped ? "file:" + image : "exec:cat " + image);
    if (mapped) {
      arguments.addAll(List.of("-global", "migration.mapped-ram=on"));
    }
    arguments.addAll(List.of("-qmp", "stdio"));
    Path output = folder.resolve("said");
    Path answers = folder.resolve("qmp");
    ProcessBuilder builder =
        new ProcessBuilder(release.command(lab, arguments.toArray(String[]::new)))
            .redirectError(output.toFile())
            .redirectOutput(answers.toFile());
    builder.environment().putAll(release.environment(lab));
    Process process = builder.start();
    boolean done = false;
    try {
      ask(process, "qmp_capabilities");
      boolean ended = false;
      for (int i = 0; i < SECONDS * 50 && !ended; i++) {
        ended = process.waitFor(20, TimeUnit.MILLISECONDS);
        if (!ended) {
          ask(process, "query-migrate");
          done = Files.readString(answers).contains("\"completed\"");
          ended = done;
        }
      }
    } catch (IOException gone) {
      process.waitFor(SECONDS, TimeUnit.SECONDS);
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
    return new Loading(done, Files.readString(output, StandardCharsets.ISO_8859_1));
  }

  private static void ask(Process process, String command) throws IOException {
    process
        .getOutputStream()
        .write(("{\"execute\": \"" + command + "\"}\n").getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
  }
}
