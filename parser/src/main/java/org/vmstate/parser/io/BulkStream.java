package org.vmstate.parser.io;

import java.io.IOException;
import java.io.InputStream;

/** A stream that gives many bytes at a time; one byte is read as an array of one. */
public abstract class BulkStream extends InputStream {
  /** For subclasses. */
  protected BulkStream() {}

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public abstract int read(byte[] target, int from, int length) throws IOException;
}
