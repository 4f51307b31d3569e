package org.vmstate.writer;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.writer.compress.CompressedOutput;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.io.OutputFile;
import org.vmstate.writer.libvirt.SaveHeaderSpec;
import org.vmstate.writer.libvirt.SaveHeaderWriter;
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
  private Event.SaveImageHeader header;
  private CompressedOutput compressed;
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
      case Event.SaveImageHeader e -> header = e;
      case Event.StreamHeader e -> {
        open();
        moved = sink.position() != e.range().start() || compressed.stream() != sink;
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
      compressed = CompressedOutput.open(sink, Compression.RAW, OptionalInt.empty());
    } else {
      SaveHeader saveHeader = header.saveHeader();
      Compression chosen = compression == null ? saveHeader.compression() : compression;
      SaveHeaderWriter.write(sink, spec(saveHeader, chosen));
      compressed = CompressedOutput.open(sink, chosen, OptionalInt.empty());
    }
    records = new RecordWriter(compressed.stream());
  }

  /** Leaves the stream where it is, as long as the strings before it have room. */
  private SaveHeaderSpec spec(SaveHeader saveHeader, Compression chosen) {
    SaveHeaderSpec fresh =
        SaveHeaderSpec.fresh(
            (int) saveHeader.version(),
            saveHeader.bigEndian(),
            saveHeader.running(),
            chosen,
            header.xml(),
            header.cookie());
    return SaveHeaderSpec.textLength(header.xml(), header.cookie()) <= saveHeader.dataLength()
        ? fresh.withDataLength((int) saveHeader.dataLength())
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
    compressed.close();
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
    if (compressed != null && !finished) {
      compressed.abandon();
    }
    if (file != null) {
      sink.close();
      file.close();
    }
  }
}
