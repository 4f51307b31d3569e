package org.vmstate.analyzer.reference;

import picocli.AutoComplete;
import picocli.CommandLine;

/** The completion script for bash. */
public final class BashCompletion {
  private BashCompletion() {}

  /** Returns the script. */
  public static String of(CommandLine program) {
    return AutoComplete.bash(program.getCommandName(), program);
  }
}
