package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reports whether people look on. Java asks this of standard input and output only. */
final class Terminal {
  private static PrintStream own;

  private Terminal() {}

  /** Remembers the standard error of the process, from which others may be told. */
  static void remember() {
    own = System.err;
  }

  /** Reports whether this is a run of the program, and nothing within another one. */
  static boolean isProgram() {
    return own != null && System.err == own;
  }

  /** Reports whether standard error is a terminal. */
  static boolean isError() {
    if (!isProgram()) {
      return false;
    }
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.matches("/dev/(pts/\\d+|tty.*|console)");
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
