package org.vmstate.writer;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.writer.compress.CompressedOutput;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.io.OutputFile;
import org.vmstate.writer.libvirt.EnvelopeSpec;
import org.vmstate.writer.libvirt.EnvelopeWriter;
import org.vmstate.writer.stream.RecordWriter;

/**
 * Writes an image from the events of another one: the same layout, with a libvirt header as the
 * events have it, compressed as the header says or as one asks. The file gets its name by {@link
 * #commit}. Used by one thread.
 *
 * <pre>{@code
 * try (ImageWriter out = ImageWriter.create(file, false)) {
 *   ImageReader.read(source, ParseOptions.DEFAULT, out);
 *   out.commit(true);
 * }
 * }</pre>
 */
public final class ImageWriter implements EventSink, Closeable {
  private final OutputFile file;
  private final ByteSink sink;
  private Compression compression;
  private Event.EnvelopeHeader header;
  private CompressedOutput packed;
  private RecordWriter records;
  private boolean moved;
  private boolean ended;
  private boolean finished;

  private ImageWriter(OutputFile file, ByteSink sink, Compression compression) {
    this.file = file;
    this.sink = sink;
    this.compression = compression;
  }

  /**
   * Starts a file.
   *
   * @param replace whether a file of that name may be replaced
   */
  public static ImageWriter create(Path path, boolean replace) throws IOException {
    OutputFile file = OutputFile.create(path, replace);
    return new ImageWriter(
        file, new FileSink(file.channel(), null, 0).named(path.toString()), null);
  }

  /** Writes to a sink, which stays open; {@link #finish} ends what is written. */
  public static ImageWriter to(ByteSink sink) {
    return new ImageWriter(null, sink, null);
  }

  /** Compresses the stream in another way than the events' header has it; returns this. */
  public ImageWriter compressing(Compression wanted) {
    compression = wanted;
    return this;
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.DATA;
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.EnvelopeHeader e -> header = e;
      case Event.StreamHeader e -> {
        open();
        moved = sink.position() != e.range().start() || packed.stream() != sink;
        records.accept(e);
      }
      case Event.MappedHeader e -> {
        if (moved) {
          throw new IOException(
              "mapped-ram: expected the stream where it was, found it moved or compressed: pages"
                  + " have fixed places");
        }
        records.accept(e);
      }
      case Event.EndOfStream e -> {
        ended = true;
        records.accept(e);
      }
      default -> {
        // what stands before a stream is written with its header
        if (records != null) {
          records.accept(event);
        }
      }
    }
  }

  private void open() throws IOException {
    if (header == null) {
      packed = CompressedOutput.open(sink, Compression.RAW, OptionalInt.empty());
    } else {
      Envelope envelope = header.envelope();
      Compression chosen = compression == null ? envelope.compression() : compression;
      EnvelopeWriter.write(sink, spec(envelope, chosen));
      packed = CompressedOutput.open(sink, chosen, OptionalInt.empty());
    }
    records = new RecordWriter(packed.stream());
  }

  /** Leaves the stream where it is, as long as the strings before it have room. */
  private EnvelopeSpec spec(Envelope envelope, Compression chosen) {
    EnvelopeSpec fresh =
        EnvelopeSpec.fresh(
            (int) envelope.version(),
            envelope.bigEndian(),
            envelope.running(),
            chosen,
            header.xml(),
            header.cookie());
    return EnvelopeSpec.textLength(header.xml(), header.cookie()) <= envelope.dataLength()
        ? fresh.withDataLength((int) envelope.dataLength())
        : fresh;
  }

  /**
   * Ends what is written.
   *
   * @throws IllegalStateException when the stream has no end: what was written is no image
   */
  public void finish() throws IOException {
    if (!ended) {
      throw new IllegalStateException("the stream has not ended");
    }
    packed.close();
    sink.flush();
    finished = true;
  }

  /**
   * Ends the file and gives it its name.
   *
   * @param sync whether everything is brought to disk first
   */
  public void commit(boolean sync) throws IOException {
    finish();
    file.commit(sync);
  }

  /** Removes a file that was not committed. */
  @Override
  public void close() throws IOException {
    if (packed != null && !finished) {
      packed.abandon();
    }
    if (file != null) {
      sink.close();
      file.close();
    }
  }
}
