package org.vmstate.parser.io;

import java.io.IOException;
import org.vmstate.formats.event.SourceBytes;

/** Reports where the bytes of a stream lie that is scattered over a file. Thread-safe. */
public interface Extents {

  /**
   * Bytes that lie together.
   *
   * @param content where they are, null for zeros
   * @param offset offset of the first of them there
   * @param length number of bytes, at least 1
   */
  record Extent(SourceBytes content, long offset, long length) {}

  /** Returns the number of bytes of the stream. */
  long length() throws IOException;

  /** Returns a bound of that number that is quickly known. */
  default long reach() throws IOException {
    return length();
  }

  /**
   * Finds what stands at an offset of the stream.
   *
   * @param offset 0 or more, less than {@link #length}
   */
  Extent at(long offset) throws IOException;
}
