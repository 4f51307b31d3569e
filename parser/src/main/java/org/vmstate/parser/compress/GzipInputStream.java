package org.vmstate.parser.compress;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.vmstate.parser.io.BulkStream;

/**
 * Reads the members of a gzip file: each a header of ten bytes, optional fields that its flags
 * announce, deflated data, then the CRC-32 and the length of the data, both le32. Java's own class
 * passes over what follows the last member, and one of a library clears a buffer for each member,
 * which may be twenty bytes long. Source: RFC 1952.
 */
final class GzipInputStream extends BulkStream {
  private static final int BUFFER = 64 << 10;
  private static final int MAGIC_0 = 0x1f;
  private static final int MAGIC_1 = 0x8b;
  private static final int DEFLATE = 8;
  private static final int HEADER_SUM = 0x2;
  private static final int EXTRA = 0x4;
  private static final int NAME = 0x8;
  private static final int COMMENT = 0x10;
  private static final int RESERVED = 0xe0;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 sum = new CRC32();
  private final byte[] buffer = new byte[BUFFER];
  private int position;
  private int limit;
  private boolean ended;

  GzipInputStream(InputStream in) throws IOException {
    this.in = in;
    try {
      header(u8());
    } catch (IOException e) {
      inflater.end();
      throw e;
    }
  }

  /** Takes more of the input, all of which was taken; false at its end. */
  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer, 0, BUFFER));
    return limit > 0;
  }

  private int u8() throws IOException {
    if (position == limit && !fill()) {
      throw new EOFException();
    }
    sum.update(buffer[position]);
    return buffer[position++] & 0xff;
  }

  private int u16() throws IOException {
    int low = u8();
    return low | u8() << 8;
  }

  private long u32() throws IOException {
    int low = u16();
    return low | (long) u16() << 16;
  }

  private void header(int first) throws IOException {
    if (first != MAGIC_0 || u8() != MAGIC_1) {
      throw new IOException("gzip: wrong magic");
    }
    int method = u8();
    if (method != DEFLATE) {
      throw new IOException("gzip: unknown method " + method);
    }
    int flags = u8();
    if ((flags & RESERVED) != 0) {
      throw new IOException("gzip: reserved flags are set");
    }
    u32(); // time
    u16(); // level, operating system
    if ((flags & EXTRA) != 0) {
      for (int left = u16(); left > 0; left--) {
        u8();
      }
    }
    for (int text : new int[] {NAME, COMMENT}) {
      if ((flags & text) != 0) {
        while (u8() != 0) {}
      }
    }
    if ((flags & HEADER_SUM) != 0) {
      int expected = (int) sum.getValue() & 0xffff;
      if (u16() != expected) {
        throw new IOException("gzip: wrong checksum of the header");
      }
    }
    sum.reset();
    inflater.reset();
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      int n = inflate(target, from, length);
      if (n > 0) {
        sum.update(target, from, n);
        return n;
      }
      if (inflater.finished()) {
        trailer();
        next();
      }
    }
    return -1;
  }

  private int inflate(byte[] target, int from, int length) throws IOException {
    try {
      if (inflater.needsInput()) {
        if (position == limit && !fill()) {
          throw new EOFException();
        }
        inflater.setInput(buffer, position, limit - position);
      }
      int n = inflater.inflate(target, from, length);
      if (inflater.needsDictionary()) {
        throw new IOException("gzip: needs a dictionary");
      }
      position = limit - inflater.getRemaining();
      return n;
    } catch (DataFormatException e) {
      throw new IOException("gzip: " + e.getMessage(), e);
    }
  }

  private void trailer() throws IOException {
    long expected = sum.getValue();
    if (u32() != expected) {
      throw new IOException("gzip: wrong checksum");
    }
    if (u32() != (inflater.getBytesWritten() & 0xffffffffL)) {
      throw new IOException("gzip: wrong length");
    }
  }

  /** Goes on with the next member, where there is one. */
  private void next() throws IOException {
    if (position == limit && !fill()) {
      ended = true;
      return;
    }
    sum.reset();
    int first = u8();
    if (first != MAGIC_0) {
      throw new IOException("gzip: expected another member, found " + first);
    }
    header(first);
  }

  @Override
  public void close() {
    inflater.end();
  }
}
