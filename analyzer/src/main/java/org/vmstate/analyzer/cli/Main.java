package org.vmstate.analyzer.cli;

import picocli.CommandLine;

/** Runs the command line and turns its outcome into an exit code. */
public final class Main {
  private Main() {}

  /** Runs one command. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one command and returns the exit code. */
  static int run(String... args) {
    CommandLine line = new CommandLine(new RootCommand());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Failures::usage);
    line.setExecutionExceptionHandler(Failures::execution);
    return line.execute(args);
  }
}
