package org.vmstate.writer.compress;

import io.airlift.compress.v3.lzo.LzoCompressor;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Adler32;

/**
 * Writes a file of the lzop program: method LZO1X-1, a header without name and time, blocks of 256
 * KiB with an Adler-32 of the decompressed bytes. Source: the lzop 1.04 manual and its file header.
 */
final class LzopOutputStream extends OutputStream {
  private static final byte[] MAGIC = {(byte) 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n'};
  private static final int VERSION = 0x1040;
  private static final int LIBRARY_VERSION = 0x20a0;
  private static final int VERSION_NEEDED = 0x0940;
  private static final int METHOD_LZO1X_1 = 1;
  private static final int LEVEL = 5;
  private static final int FLAG_ADLER32_PLAIN = 0x1;
  private static final int FLAG_FROM_STDIN = 0x20;
  private static final int FLAG_UNIX = 0x03000000;
  private static final int BLOCK = 256 << 10;

  private final DataOutputStream out;
  private final LzoCompressor lzo = new LzoCompressor();
  private final byte[] block = new byte[BLOCK];
  private final byte[] compressed = new byte[lzo.maxCompressedLength(BLOCK)];
  private int used;
  private boolean closed;

  LzopOutputStream(OutputStream out) throws IOException {
    this.out = new DataOutputStream(out);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream header = new DataOutputStream(bytes)) {
      header.writeShort(VERSION);
      header.writeShort(LIBRARY_VERSION);
      header.writeShort(VERSION_NEEDED);
      header.writeByte(METHOD_LZO1X_1);
      header.writeByte(LEVEL);
      header.writeInt(FLAG_ADLER32_PLAIN | FLAG_FROM_STDIN | FLAG_UNIX);
      header.writeInt(0); // mode
      header.writeLong(0); // time
      header.writeByte(0); // length of the name
    }
    this.out.write(MAGIC);
    bytes.writeTo(this.out);
    this.out.writeInt(adler(bytes.toByteArray(), bytes.size()));
  }

  private static int adler(byte[] data, int length) {
    Adler32 sum = new Adler32();
    sum.update(data, 0, length);
    return (int) sum.getValue();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] data, int from, int length) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      int n = Math.min(left, BLOCK - used);
      System.arraycopy(data, at, block, used, n);
      used += n;
      at += n;
      left -= n;
      if (used == BLOCK) {
        block();
      }
    }
  }

  private void block() throws IOException {
    int length = lzo.compress(block, 0, used, compressed, 0, compressed.length);
    boolean shrunk = length < used;
    out.writeInt(used);
    out.writeInt(shrunk ? length : used);
    out.writeInt(adler(block, used));
    out.write(shrunk ? compressed : block, 0, shrunk ? length : used);
    used = 0;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      if (used > 0) {
        block();
      }
      out.writeInt(0);
      out.close();
    }
  }
}
