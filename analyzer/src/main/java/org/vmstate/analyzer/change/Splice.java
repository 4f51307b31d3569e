package org.vmstate.analyzer.change;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.writer.io.ByteSink;

/**
 * A range of the input and what stands there in the output.
 *
 * @param range bytes of the input that are left out, none to insert something
 * @param bytes what is written instead
 * @param zeros how many zero bytes follow those
 * @param pages zero pages whose records follow those
 */
public record Splice(ByteRange range, byte[] bytes, long zeros, Optional<ZeroPages> pages) {
  Splice(ByteRange range, byte[] bytes, long zeros) {
    this(range, bytes, zeros, Optional.empty());
  }

  /** Returns by how much the output becomes longer. */
  public long growth() {
    return bytes.length + zeros + pages.map(ZeroPages::length).orElse(0L) - range.length();
  }

  /** Writes what stands in the output. */
  void write(ByteSink sink) throws IOException {
    sink.write(bytes);
    sink.zeros(zeros);
    if (pages.isPresent()) {
      pages.get().write(sink);
    }
  }

  static Splice of(ByteRange range, byte[] bytes) {
    return new Splice(range, bytes, 0);
  }

  static Splice nothing(ByteRange range) {
    return new Splice(range, new byte[0], 0);
  }
}
