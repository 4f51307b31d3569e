package org.vmstate.analyzer.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What one command of this process did. */
public record CommandRun(int code, String out, String err) {

  /** Runs a command with nothing on standard input. */
  public static CommandRun of(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream systemErr = System.err;
    PrintStream systemOut = System.out;
    InputStream systemIn = System.in;
    try (Output.Redirect _ = Output.redirect(out)) {
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      System.setIn(new ByteArrayInputStream(new byte[0]));
      int code = Main.run(words);
      return new CommandRun(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(systemErr);
      System.setOut(systemOut);
      System.setIn(systemIn);
    }
  }
}
