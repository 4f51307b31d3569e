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

  static OutputStream stdout() {
    return new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER);
  }

  Report report(OutputStream out) throws IOException {
    return this == JSON ? new JsonReport(out) : new TextReport(out);
  }
}
