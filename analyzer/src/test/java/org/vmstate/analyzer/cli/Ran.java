package org.vmstate.analyzer.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A command that was run in this process.
 *
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record Ran(int exitCode, String out, String err) {
  static Ran command(List<String> words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Ran ran = into(out, words);
    return new Ran(ran.exitCode, out.toString(StandardCharsets.UTF_8), ran.err);
  }

  /** Runs a command whose standard output is the given stream. */
  static Ran into(OutputStream out, List<String> words) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    int exitCode;
    try (Output.Redirect _ = Output.redirect(out)) {
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      exitCode = Main.run(words.toArray(String[]::new));
    } finally {
      System.setErr(before);
    }
    return new Ran(exitCode, "", err.toString(StandardCharsets.UTF_8));
  }
}
