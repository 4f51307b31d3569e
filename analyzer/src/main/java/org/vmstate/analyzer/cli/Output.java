package org.vmstate.analyzer.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.TextReport;
import picocli.CommandLine.Model.OptionSpec;

/** How results are written to standard output. */
enum Output {
  /** For people. */
  HUMAN,
  /** For programs. */
  JSON;

  private static final int BUFFER = 64 << 10;

  private static final OutputStream SYSTEM = new FileOutputStream(FileDescriptor.out);

  private static OutputStream target = SYSTEM;

  /** Returns the stream for results. Unlike System.out it reports a pipe that broke. */
  static OutputStream stdout() {
    return new BufferedOutputStream(new ResultStream(target, target == SYSTEM), BUFFER);
  }

  /** Ends when closed. */
  interface Redirect extends AutoCloseable {
    @Override
    void close();
  }

  /** Sends results elsewhere until the redirect is closed. */
  static Redirect redirect(OutputStream elsewhere) {
    OutputStream before = target;
    target = elsewhere;
    return () -> target = before;
  }

  /** Returns the option that chooses between them. */
  static OptionSpec option(String defaultValue) {
    return OptionSpec.builder("--output")
        .type(Output.class)
        .paramLabel("human|json")
        .defaultValue(defaultValue)
        .description("Form of the output (default: ${DEFAULT-VALUE}).")
        .build();
  }

  Report report(OutputStream out) throws IOException {
    return this == JSON ? new JsonReport(out) : new TextReport(out);
  }
}
