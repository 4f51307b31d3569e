package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.vmstate.parser.io.TemporaryFile;
import picocli.CommandLine;

/** Runs the command line and turns its outcome into an exit code. */
public final class Main {
  /** Commands that read the description of the devices, which is JSON. */
  private static final Set<String> DESCRIBING =
      Set.of(
          "check", "compare", "convert", "dump", "edit", "extract", "map", "measure", "stats",
          "upgrade");

  private Main() {}

  /** Runs one command. */
  public static void main(String[] args) {
    prepare(args);
    int exitCode;
    warm(args.length > 0 && DESCRIBING.contains(args[0]));
    try {
      exitCode = run(args);
    } catch (Error e) {
      exitCode = Failures.error(e);
    }
    System.exit(exitCode);
  }

  /** Does what comes before every command. */
  static void prepare(String... args) {
    // what is printed is English, with the digits of every language's programs
    Locale.setDefault(Locale.ROOT);
    // the command line's library looks for the converters of types that no option here has
    System.setProperty("picocli.converters.excludes", "java\\.(time|sql)\\..*");
    Compilers.choose(args);
    StartCache.report();
    Terminal.remember();
  }

  /**
   * Lets a second thread load what each run waits for and nothing here needs soon: what mappings
   * are seen through, the tables of {@link BigDecimal} for the JSON parser, and the logger that
   * Java asks at its exit. Together they take as long as the command line does.
   */
  static void warm(boolean numbers) {
    Thread thread =
        new Thread(
            () -> {
              MemorySegment.ofArray(new byte[1]).asByteBuffer();
              if (numbers) {
                BigDecimal.valueOf(0);
              }
              System.getLogger("java.lang.Runtime").isLoggable(System.Logger.Level.DEBUG);
            });
    // who needs it meets the same failure, and reports it
    thread.setUncaughtExceptionHandler((_, _) -> {});
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      // there may be no other thread, and this one loads all when it needs it
      return;
    }
  }

  private static int execute(CommandLine line, String... args) {
    try {
      return line.execute(DumpCommand.explicit(args));
    } catch (InternalError e) {
      if (!TemporaryFile.isUnreadable(e)) {
        throw e;
      }
      return Failures.unreadable(line.getParseResult());
    }
  }

  /** Runs one command and returns the exit code. */
  static int run(String... args) {
    CommandLine line = Commands.line(args.length == 0 ? "" : args[0]);
    line.setParameterExceptionHandler(Failures::usage);
    line.setExecutionExceptionHandler(Failures::execution);
    // help and completion are printed by picocli
    OutputStream out = Output.stdout();
    line.setOut(new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8)));
    int exitCode = execute(line, args);
    if ((exitCode == ExitCode.CORRUPT || exitCode == ExitCode.ODD) && Terminal.isProgram()) {
      Failures.unfinished(line.getParseResult());
    }
    try {
      line.getOut().flush();
      out.flush();
    } catch (IOException e) {
      return exitCode == ExitCode.OK ? Failures.failure(e) : exitCode;
    }
    return exitCode;
  }
}
