package org.vmstate.analyzer.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The folder with what the lab tests need; its path is in the variable VMSTATE_LAB. */
final class Lab {
  private static final String VARIABLE = "VMSTATE_LAB";

  private static boolean told;

  private Lab() {}

  /** Skips the calling test loudly when there is no lab, and fails it in CI. */
  static Path require() {
    String path = System.getenv(VARIABLE);
    if (path != null && Files.exists(Path.of(path, "analyze-migration.py"))) {
      return Path.of(path);
    }
    String text =
        "no real QEMU and libvirt: run '.ci/lab DIR' and set "
            + VARIABLE
            + "=DIR to run the lab tests";
    if ("true".equals(System.getenv("CI"))) {
      Assertions.fail(text);
    }
    if (!told) {
      System.err.println("\n*** SKIPPED: " + text + " ***\n");
      told = true;
    }
    Assumptions.abort(text);
    return null;
  }

  /** The outcome of a program. */
  record Result(int exitCode, byte[] output) {}

  /** Runs a program and returns its standard output; its errors go to a file beside the images. */
  static Result run(Path errors, String... command) throws IOException, InterruptedException {
    return run(errors, Map.of(), command);
  }

  /** Runs a program with variables in its environment. */
  static Result run(Path errors, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    byte[] output = process.getInputStream().readAllBytes();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException(command[0] + " did not end");
    }
    return new Result(process.exitValue(), output);
  }

  /** Waits until a file holds a text. */
  static void await(Path file, String text) throws IOException, InterruptedException {
    await(file, text, 120);
  }

  /** Waits until a file holds a text, at most so many seconds. */
  static void await(Path file, String text, int seconds) throws IOException, InterruptedException {
    for (int i = 0; i < seconds * 10; i++) {
      if (Files.exists(file) && Files.readString(file).contains(text)) {
        return;
      }
      Thread.sleep(100);
    }
    throw new IOException(file + ": '" + text + "' did not appear");
  }
}
