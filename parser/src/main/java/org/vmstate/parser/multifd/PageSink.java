package org.vmstate.parser.multifd;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.ram.RamBlock;

/** Accepts the pages of packets. */
public interface PageSink {
  /** Accepts pages that follow one another; what remains in the buffer are whole pages. */
  void data(RamBlock block, long first, ByteBuffer pages) throws IOException;

  /** Accepts a page that is all zero. */
  void zero(RamBlock block, long page) throws IOException;
}
