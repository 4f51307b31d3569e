package org.vmstate.analyzer.convert;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.DirectFile;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.io.OutputFile;
import org.vmstate.writer.io.StreamSink;

/** Where an output goes: a file that appears when it is whole, or a stream. */
public final class Destination implements Closeable {
  private final OutputFile file;
  private final ByteSink sink;

  private Destination(OutputFile file, ByteSink sink) {
    this.file = file;
    this.sink = sink;
  }

  /**
   * Starts a file.
   *
   * @param force whether a file of that name may be replaced
   * @param direct whether page data bypasses the page cache
   */
  public static Destination file(Path path, boolean force, boolean direct) throws IOException {
    OutputFile file = OutputFile.create(path, force);
    try {
      DirectFile second = direct ? DirectFile.open(file.temporary()) : null;
      return new Destination(file, new FileSink(file.channel(), second, 0));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Writes to a stream, to which nothing can be added later at an earlier place. */
  public static Destination stream(OutputStream out) {
    return new Destination(null, new StreamSink(out));
  }

  /** Tells whether any place can be written at any time. */
  public boolean isFile() {
    return file != null;
  }

  ByteSink sink() {
    return sink;
  }

  /** Returns the output as a stream, for a packer. */
  OutputStream asStream() {
    return sink.asStream();
  }

  /**
   * Ends the output; a file gets its name.
   *
   * @param sync whether it is brought to disk first
   */
  public void commit(boolean sync) throws IOException {
    sink.flush();
    if (file != null) {
      file.commit(sync);
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      sink.close();
      file.close();
    }
  }
}
