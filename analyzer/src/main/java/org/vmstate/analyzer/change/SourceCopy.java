package org.vmstate.analyzer.change;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.writer.io.ByteSink;

/** Copies what a source has, where there is no file whose pages the kernel could copy. */
final class SourceCopy {
  private SourceCopy() {}

  /** Copies a range. */
  static void copy(ByteSource source, long from, long to, ByteSink sink, Progress progress)
      throws IOException {
    ByteBuffer chunk = sink.allocate(256 << 10);
    for (long at = from; at < to; at += chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), to - at));
      source.copy(at, chunk);
      sink.write(chunk.flip());
      progress.at(at, to);
    }
  }
}
