package org.vmstate.analyzer.measure;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.Outcome;

/** Runs what writes an output, into a file that keeps nothing. */
public final class Measurement {
  private Measurement() {}

  /** Writes an output. */
  public interface Writer {
    /** Returns how the input's pass ended. */
    Outcome write(Destination target) throws IOException;
  }

  /**
   * Measures one output.
   *
   * @param disk whether it is the VM state of a snapshot in a new disk
   */
  public static Measured of(String format, OptionalLong align, boolean disk, Writer writer)
      throws IOException {
    CountingChannel file = new CountingChannel();
    try (Destination target = disk ? Destination.disk(file, "vmstate") : Destination.of(file)) {
      target.commit(writer.write(target), false);
    }
    BlockMap blocks = file.blocks();
    return new Measured(
        format, align, file.size(), blocks.bytes(), blocks.runs(), Optional.empty());
  }

  /** Measures one output of several, of which some may not be possible. */
  public static Measured ifPossible(String format, OptionalLong align, boolean disk, Writer writer)
      throws IOException {
    try {
      return of(format, align, disk, writer);
    } catch (ConversionException | StateFormatException e) {
      return Measured.impossible(format, align, e.getMessage());
    }
  }
}
