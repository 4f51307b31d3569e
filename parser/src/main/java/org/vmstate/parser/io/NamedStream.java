package org.vmstate.parser.io;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.vmstate.formats.error.NamedIOException;

/** A stream whose errors say which one it is. */
public final class NamedStream extends FilterInputStream {
  private final String name;

  /** Reads from a stream, which is closed with this one. */
  public NamedStream(InputStream in, String name) {
    super(in);
    this.name = name;
  }

  private IOException failed(IOException e) {
    return NamedIOException.of(name, e);
  }

  @Override
  public int read() throws IOException {
    try {
      return in.read();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    try {
      return in.read(target, from, length);
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
