package org.vmstate.parser.compress;

import io.airlift.compress.v3.lzo.LzoDecompressor;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;
import org.vmstate.parser.io.BulkStream;

/**
 * Reads the files of the lzop program: a header with flags, then blocks of (be32 decompressed
 * length, be32 compressed length, checksums, data) up to an decompressed length of 0. A block that
 * did not shrink is stored as it is. Source: the lzop 1.04 manual and its file header.
 */
final class LzopInputStream extends BulkStream {
  private static final byte[] MAGIC = {(byte) 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n'};
  private static final int MAX_BLOCK = 8 << 20;
  private static final int VERSION_WITH_LEVEL = 0x0940;
  private static final int ADLER32_PLAIN = 0x1;
  private static final int ADLER32_COMPRESSED = 0x2;
  private static final int EXTRA_FIELD = 0x40;
  private static final int CRC32_PLAIN = 0x100;
  private static final int CRC32_COMPRESSED = 0x200;
  private static final int FILTER = 0x800;
  private static final int CRC32_HEADER = 0x1000;

  private final DataInputStream in;
  private final HeadSum head = new HeadSum();
  private final LzoDecompressor lzo = new LzoDecompressor();
  private int flags;
  private byte[] compressed = new byte[0];
  private byte[] block = new byte[0];
  private int position;
  private int limit;
  private boolean ended;

  LzopInputStream(InputStream in) throws IOException {
    this.in = new DataInputStream(in);
    header(this.in.readUnsignedByte());
  }

  private void header(int first) throws IOException {
    byte[] magic = new byte[MAGIC.length];
    magic[0] = (byte) first;
    in.readFully(magic, 1, magic.length - 1);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException("lzop: wrong magic");
    }
    head.reset();
    int version = u16();
    u16(); // version of the library
    if (version >= VERSION_WITH_LEVEL) {
      u16(); // version needed to decompress
    }
    int method = u8();
    if (method < 1 || method > 3) {
      throw new IOException("lzop: unknown method " + method);
    }
    if (version >= VERSION_WITH_LEVEL) {
      u8(); // level
    }
    flags = be32();
    if ((flags & FILTER) != 0) {
      throw new IOException("lzop: filters are not supported");
    }
    be32(); // mode
    be32(); // time, low word
    if (version >= VERSION_WITH_LEVEL) {
      be32(); // time, high word
    }
    for (int left = u8(); left > 0; left--) {
      u8(); // file name
    }
    verifyHead("header");
    if ((flags & EXTRA_FIELD) != 0) {
      for (long left = be32() & 0xffffffffL; left > 0; left--) {
        u8();
      }
      verifyHead("extra field");
    }
  }

  private int u8() throws IOException {
    int value = in.readUnsignedByte();
    head.update(value);
    return value;
  }

  private int u16() throws IOException {
    return u8() << 8 | u8();
  }

  private int be32() throws IOException {
    return u16() << 16 | u16();
  }

  /** Compares what was read of the header with the checksum that follows, and starts over. */
  private void verifyHead(String what) throws IOException {
    if (in.readInt() != (int) head.value((flags & CRC32_HEADER) != 0)) {
      throw new IOException("lzop: wrong checksum of the " + what);
    }
    head.reset();
  }

  /** Both checksums, as only the flags in the middle of the header say which one it has. */
  private static final class HeadSum {
    private final Adler32 adler = new Adler32();
    private final CRC32 crc = new CRC32();

    void reset() {
      adler.reset();
      crc.reset();
    }

    void update(int value) {
      adler.update(value);
      crc.update(value);
    }

    long value(boolean isCrc) {
      return isCrc ? crc.getValue() : adler.getValue();
    }
  }

  private boolean nextBlock() throws IOException {
    int length = in.readInt();
    while (length == 0) {
      int next = in.read();
      if (next < 0) {
        return false;
      }
      // another member may follow; at anything else lzop -d fails, too
      if (next != (MAGIC[0] & 0xff)) {
        throw new IOException("lzop: expected the end or another member, found other bytes");
      }
      header(next);
      length = in.readInt();
    }
    readBlock(length);
    return true;
  }

  private void readBlock(int length) throws IOException {
    int compressedLength = in.readInt();
    if (length < 0 || length > MAX_BLOCK || compressedLength <= 0 || compressedLength > length) {
      throw new IOException("lzop: block of " + length + " bytes, compressed " + compressedLength);
    }
    int adler = (flags & ADLER32_PLAIN) != 0 ? in.readInt() : 0;
    int crc = (flags & CRC32_PLAIN) != 0 ? in.readInt() : 0;
    if (compressedLength < length) {
      in.skipNBytes(
          ((flags & ADLER32_COMPRESSED) != 0 ? 4 : 0) + ((flags & CRC32_COMPRESSED) != 0 ? 4 : 0));
    }
    if (block.length < length) {
      block = new byte[length];
    }
    if (compressedLength == length) {
      in.readFully(block, 0, length);
    } else {
      if (compressed.length < compressedLength) {
        compressed = new byte[compressedLength];
      }
      in.readFully(compressed, 0, compressedLength);
      int n = lzo.decompress(compressed, 0, compressedLength, block, 0, length);
      if (n != length) {
        throw new IOException("lzop: block decompresses to " + n + " bytes, expected " + length);
      }
    }
    if ((flags & ADLER32_PLAIN) != 0) {
      verify(new Adler32(), length, adler);
    }
    if ((flags & CRC32_PLAIN) != 0) {
      verify(new CRC32(), length, crc);
    }
    position = 0;
    limit = length;
  }

  private void verify(Checksum sum, int length, int expected) throws IOException {
    sum.update(block, 0, length);
    if ((int) sum.getValue() != expected) {
      throw new IOException("lzop: wrong checksum");
    }
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    if (position == limit) {
      if (ended) {
        return -1;
      }
      if (!nextBlock()) {
        ended = true;
        return -1;
      }
    }
    int n = Math.min(length, limit - position);
    System.arraycopy(block, position, target, from, n);
    position += n;
    return n;
  }

  /** The end of the file inside a block is an {@link EOFException} from the reads. */
  @Override
  public void close() throws IOException {
    in.close();
  }
}
