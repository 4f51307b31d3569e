package org.vmstate.writer.compress;

import java.io.Closeable;
import java.io.IOException;
import java.util.OptionalInt;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.writer.io.BackgroundStream;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.StreamSink;

/** A stream that is compressed, as far as it is to be, on its way to a sink. */
public final class CompressedOutput implements Closeable {
  private final ByteSink stream;
  private ZstdSink zstd;
  private BackgroundStream file;
  private BackgroundStream compressor;
  private StreamSink compressed;

  private CompressedOutput(ByteSink sink, Compression compression, OptionalInt level)
      throws IOException {
    if (!compression.isCompressed()) {
      stream = sink;
    } else if (compression == Compression.ZSTD) {
      zstd = new ZstdSink(sink, level.orElse(0));
      stream = zstd;
    } else {
      // reading, compressing and writing go on side by side
      file = new BackgroundStream(sink.asStream());
      compressor = new BackgroundStream(Compressor.open(compression, level, file));
      compressed = new StreamSink(compressor);
      stream = compressed;
    }
  }

  /** Starts to compress into a sink, which stays open. */
  public static CompressedOutput open(ByteSink sink, Compression compression, OptionalInt level)
      throws IOException {
    return new CompressedOutput(sink, compression, level);
  }

  /** Returns where the stream is written. */
  public ByteSink stream() {
    return stream;
  }

  /** Ends the threads of an output that is not wanted any more. */
  public void abandon() {
    if (zstd != null) {
      zstd.abandon();
    }
    if (compressor != null) {
      compressor.abandon();
    }
    if (file != null) {
      file.abandon();
    }
  }

  /** Ends what is compressed. */
  @Override
  public void close() throws IOException {
    if (zstd != null) {
      zstd.close();
    }
    if (compressed != null) {
      compressed.close();
    }
  }
}
