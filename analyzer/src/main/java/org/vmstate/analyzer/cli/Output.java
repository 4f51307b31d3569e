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

  private static boolean discarded;

  static OutputStream stdout() {
    OutputStream out =
        discarded ? OutputStream.nullOutputStream() : new FileOutputStream(FileDescriptor.out);
    return new BufferedOutputStream(out, BUFFER);
  }

  /** Ends when closed. */
  interface Redirect extends AutoCloseable {
    @Override
    void close();
  }

  /** Throws results away until the redirect is closed. */
  static Redirect discard() {
    discarded = true;
    return () -> discarded = false;
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
