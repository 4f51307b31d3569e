package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.vmstate.parser.io.TemporaryFile;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * Runs a verb, and reports as a fault of the temporary folder when a library's code for the
 * processor cannot be loaded: the library unpacks it there, and the folder may be full, missing, or
 * mounted with {@code noexec}.
 */
final class NativeCode implements IExecutionStrategy {
  @Override
  public int execute(ParseResult result) {
    try {
      return new RunLast().execute(result);
    } catch (UnsatisfiedLinkError e) {
      throw failed(result, e.getMessage());
    } catch (ExceptionInInitializerError e) {
      // only the library's own has words instead of an exception
      if (e.getException() != null) {
        throw e;
      }
      throw failed(result, e.getMessage());
    } catch (NoClassDefFoundError e) {
      // another thread was the first to need it
      if (!(e.getCause() instanceof ExceptionInInitializerError first)) {
        throw e;
      }
      throw failed(result, first.getMessage());
    }
  }

  private static ExecutionException failed(ParseResult result, String words) {
    CommandLine command = result.asCommandLineList().getLast();
    String why = words == null ? "unknown" : words.lines().findFirst().orElse("unknown");
    IOException problem =
        TemporaryFile.failed(
            Path.of(System.getProperty("java.io.tmpdir")),
            new IOException("a library's code cannot be loaded: " + why));
    return new ExecutionException(command, problem.getMessage(), problem);
  }
}
