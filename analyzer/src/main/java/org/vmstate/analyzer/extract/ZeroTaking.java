package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Takes memory in order of address, and zeros by their number. */
interface ZeroTaking extends WritableByteChannel {
  /** Takes so many zeros. */
  void zeros(long count) throws IOException;
}
