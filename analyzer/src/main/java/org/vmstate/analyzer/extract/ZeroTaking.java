package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Accepts memory in order of address, and zeros by their number. */
interface ZeroTaking extends WritableByteChannel {
  /** Accepts so many zeros. */
  void zeros(long count) throws IOException;
}
