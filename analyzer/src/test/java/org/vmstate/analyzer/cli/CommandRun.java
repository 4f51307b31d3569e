package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What one command of this process did.
 *
 * @param code its exit code
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
public record CommandRun(int code, String out, String err) {

  /** Runs a command with nothing on standard input. */
  public static CommandRun of(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream before = System.out;
    StandardInput.remember();
    InputStream systemIn = System.in;
    try {
      System.setIn(new ByteArrayInputStream(new byte[0]));
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      CommandRun run = into(out, List.of(words));
      return new CommandRun(run.code, out.toString(StandardCharsets.UTF_8), run.err);
    } finally {
      System.setOut(before);
      System.setIn(systemIn);
    }
  }

  /** Runs a command with nothing on standard input. */
  public static CommandRun of(List<String> words) {
    return of(words.toArray(String[]::new));
  }

  /** Runs a command that has to succeed. */
  public static CommandRun ok(String... words) {
    CommandRun run = of(words);
    assertEquals(ExitCode.OK, run.code, () -> String.join(" ", words) + ": " + run);
    return run;
  }

  /** Runs a command that has to succeed. */
  public static CommandRun ok(List<String> words) {
    return ok(words.toArray(String[]::new));
  }

  /** Runs a command whose standard output is a stream, with the standard input that there is. */
  static CommandRun into(OutputStream out, List<String> words) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream systemErr = System.err;
    try (Output.Redirect _ = Output.redirect(out)) {
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      int code = Main.run(words.toArray(String[]::new));
      return new CommandRun(code, "", err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(systemErr);
    }
  }
}
