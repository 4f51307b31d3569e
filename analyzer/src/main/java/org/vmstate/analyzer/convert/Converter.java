package org.vmstate.analyzer.convert;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.stream.Capability;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.StreamConfiguration;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.compress.Packer;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.io.StreamSink;
import org.vmstate.writer.libvirt.EnvelopeWriter;

/** Converts one image. The input is read once, or twice where each page is to be sent once. */
public final class Converter {
  private static final int PACK_BUFFER = 64 << 10;

  private final ConvertOptions options;
  private final ParseOptions parseOptions;
  private final Progress progress;
  private final Consumer<String> notes;
  private Destination destination;
  private StreamSink packed;

  /**
   * Converts with options.
   *
   * @param notes takes remarks on what is lost or unusual
   */
  public Converter(
      ConvertOptions options,
      ParseOptions parseOptions,
      Progress progress,
      Consumer<String> notes) {
    this.options = options;
    this.parseOptions = parseOptions;
    this.progress = progress;
    this.notes = notes;
  }

  /**
   * Reads the input and writes the output, which the caller then commits.
   *
   * @param input the input's file, null for a pipe
   */
  public void convert(ByteSource source, Path input, Destination target) throws IOException {
    destination = target;
    if (options.isFixed()) {
      if (!target.isFile()) {
        throw new ConversionException(
            options.target().label() + " cannot be written to a pipe: pages have fixed places");
      }
      try (ToFixed visitor = new ToFixed(options, input, this::open, progress, notes)) {
        ImageReader.read(source, parseOptions, visitor);
      }
    } else {
      sequential(source, input);
    }
    if (packed != null) {
      packed.close();
    }
  }

  private void sequential(ByteSource source, Path input) throws IOException {
    if (options.compact()) {
      compact(source);
      return;
    }
    if (!source.isSeekable()) {
      // a pipe, in which no fixed layout can be read
      ImageReader.read(source, parseOptions, new Verbatim(this::open, progress));
      return;
    }
    Facts facts = new Facts();
    ImageReader.read(source, parseOptions.withHeadOnly(true), facts);
    source.seek(source.origin());
    StateVisitor visitor =
        facts.isFixed(parseOptions)
            ? new ToSequential(null, this::open, progress, notes)
            : new Verbatim(this::open, progress);
    ImageReader.read(source, parseOptions, visitor);
  }

  private void compact(ByteSource source) throws IOException {
    throw new ConversionException("compact: not yet");
  }

  /** Writes the envelope and returns where the stream goes. */
  private ByteSink open(Envelope envelope, String xml, String cookie) throws IOException {
    ByteSink sink = destination.sink();
    Optional<Compression> compression = options.target().compression();
    if (compression.isEmpty()) {
      return sink;
    }
    EnvelopeWriter.write(sink, EnvelopePlan.plan(options, envelope, xml, cookie, notes));
    if (!compression.get().isPacked()) {
      return sink;
    }
    OutputStream packer = Packer.open(compression.get(), options.level(), sink.asStream());
    packed = new StreamSink(packer);
    return packed;
  }

  /** Finds out which layout the input has. */
  private static final class Facts implements StateVisitor {
    private StreamConfiguration configuration;

    @Override
    public void configuration(StreamConfiguration found) {
      configuration = found;
    }

    boolean isFixed(ParseOptions options) {
      if (options.format().isPresent()) {
        return ConvertOptions.to(options.format().get()).isFixed();
      }
      return configuration != null
          && (configuration.has(Capability.MAPPED_RAM)
              || configuration.has(Capability.FIXED_RAM));
    }
  }
}
