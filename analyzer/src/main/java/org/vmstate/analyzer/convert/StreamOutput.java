package org.vmstate.analyzer.convert;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.writer.compress.CompressedOutput;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.libvirt.SaveHeaderWriter;

/** Writes the save header that a format asks for, and gives the sink for the stream after it. */
public final class StreamOutput implements Closeable {
  private final ConvertOptions options;
  private final Destination destination;
  private final Consumer<String> notes;
  private CompressedOutput compressed;

  /** Writes to a destination. */
  public StreamOutput(ConvertOptions options, Destination destination, Consumer<String> notes) {
    this.options = options;
    this.destination = destination;
    this.notes = notes;
  }

  /**
   * Writes the save header and returns where the stream goes.
   *
   * @param front what stands before the input's stream
   */
  public ByteSink open(Front front) throws IOException {
    ByteSink sink = destination.sink();
    Optional<Compression> compression = options.target().compression();
    if (compression.isEmpty()) {
      return sink;
    }
    SaveHeaderWriter.write(sink, SaveHeaderPlan.plan(options, front, notes));
    compressed = CompressedOutput.open(sink, compression.get(), options.level());
    return compressed.stream();
  }

  /** Ends the threads of an output that is not wanted any more. */
  void abandon() {
    if (compressed != null) {
      compressed.abandon();
    }
  }

  /** Ends what is compressed; the destination stays open. */
  @Override
  public void close() throws IOException {
    if (compressed != null) {
      compressed.close();
    }
  }
}
