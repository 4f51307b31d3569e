package org.vmstate.analyzer.convert;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.writer.compress.Packer;
import org.vmstate.writer.compress.ZstdSink;
import org.vmstate.writer.io.BackgroundStream;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.libvirt.EnvelopeWriter;

/** Writes the envelope that a format asks for, and gives the sink for the stream behind it. */
public final class StreamOutput implements Closeable {
  private final ConvertOptions options;
  private final Destination destination;
  private final Consumer<String> notes;
  private ZstdSink zstd;
  private BackgroundStream file;
  private BackgroundStream packer;
  private StreamSink packed;

  /** Writes to a destination. */
  public StreamOutput(ConvertOptions options, Destination destination, Consumer<String> notes) {
    this.options = options;
    this.destination = destination;
    this.notes = notes;
  }

  /**
   * Writes the envelope and returns where the stream goes.
   *
   * @param front what stands before the input's stream
   */
  public ByteSink open(Front front) throws IOException {
    ByteSink sink = destination.sink();
    Optional<Compression> compression = options.target().compression();
    if (compression.isEmpty()) {
      return sink;
    }
    EnvelopeWriter.write(sink, EnvelopePlan.plan(options, front, notes));
    if (!compression.get().isPacked()) {
      return sink;
    }
    if (compression.get() == Compression.ZSTD) {
      zstd = new ZstdSink(sink, options.level().orElse(0));
      return zstd;
    }
    // reading, packing and writing go on side by side
    file = new BackgroundStream(sink.asStream());
    packer = new BackgroundStream(Packer.open(compression.get(), options.level(), file));
    packed = new StreamSink(packer);
    return packed;
  }

  /** Ends the threads of an output that is not wanted any more. */
  void abandon() {
    if (zstd != null) {
      zstd.abandon();
    }
    if (packer != null) {
      packer.abandon();
    }
    if (file != null) {
      file.abandon();
    }
  }

  /** Ends what is packed; the destination stays open. */
  @Override
  public void close() throws IOException {
    if (zstd != null) {
      zstd.close();
    }
    if (packed != null) {
      packed.close();
    }
  }
}
