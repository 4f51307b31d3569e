package org.vmstate.formats.element;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes to which the offsets of elements and page runs refer. */
public interface Content {
  /** Copies bytes from an offset until the buffer is full. */
  void copy(long offset, ByteBuffer target) throws IOException;
}
