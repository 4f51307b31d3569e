package org.vmstate.analyzer.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.TextReport;

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

  Report report(OutputStream out) throws IOException {
    return this == JSON ? new JsonReport(out) : new TextReport(out);
  }
}
