package org.vmstate.parser.io;

import io.kaitai.struct.KaitaiStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Lets generated classes read straight from a source, forward only. Only what the bounded headers
 * in {@code specs/} use is there.
 */
final class SourceKaitaiStream extends KaitaiStream {
  private static final int MAX_BYTES = 1 << 16;

  private final ByteSource source;
  private final long start;

  SourceKaitaiStream(ByteSource source) {
    this.source = source;
    this.start = source.position();
  }

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("not used by the bounded headers");
  }

  @Override
  public void close() {}

  @Override
  public int pos() {
    return (int) (source.position() - start);
  }

  @Override
  public boolean isEof() {
    try {
      return source.atEnd();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected byte[] readBytesNotAligned(long n) {
    try {
      return source.bytes(n, MAX_BYTES, "field");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void writeBytesNotAligned(byte[] bytes) {
    throw unused();
  }

  @Override
  public byte readS1() {
    try {
      return (byte) source.u8();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public short readS2be() {
    try {
      return (short) source.be16();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int readS4be() {
    try {
      return (int) source.be32();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long readS8be() {
    try {
      return source.be64();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public short readS2le() {
    try {
      return Short.reverseBytes((short) source.be16());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int readS4le() {
    try {
      return Integer.reverseBytes((int) source.be32());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long readS8le() {
    try {
      return Long.reverseBytes(source.be64());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int readU1() {
    try {
      return source.u8();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int readU2be() {
    try {
      return source.be16();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long readU4be() {
    try {
      return source.be32();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int readU2le() {
    try {
      return Short.reverseBytes((short) source.be16()) & 0xffff;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long readU4le() {
    try {
      return Integer.reverseBytes((int) source.be32()) & 0xffffffffL;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void seek(int newPos) {
    throw unused();
  }

  @Override
  public void seek(long newPos) {
    throw unused();
  }

  @Override
  public long size() {
    throw unused();
  }

  @Override
  public float readF4be() {
    throw unused();
  }

  @Override
  public double readF8be() {
    throw unused();
  }

  @Override
  public float readF4le() {
    throw unused();
  }

  @Override
  public double readF8le() {
    throw unused();
  }

  @Override
  public byte[] readBytesFull() {
    throw unused();
  }

  @Override
  public byte[] readBytesTerm(
      byte term, boolean includeTerm, boolean consumeTerm, boolean eosError) {
    throw unused();
  }

  @Override
  public byte[] readBytesTermMulti(
      byte[] term, boolean includeTerm, boolean consumeTerm, boolean eosError) {
    throw unused();
  }

  @Override
  public void writeS1(byte v) {
    throw unused();
  }

  @Override
  public void writeS2be(short v) {
    throw unused();
  }

  @Override
  public void writeS4be(int v) {
    throw unused();
  }

  @Override
  public void writeS8be(long v) {
    throw unused();
  }

  @Override
  public void writeS2le(short v) {
    throw unused();
  }

  @Override
  public void writeS4le(int v) {
    throw unused();
  }

  @Override
  public void writeS8le(long v) {
    throw unused();
  }

  @Override
  public void writeF4be(float v) {
    throw unused();
  }

  @Override
  public void writeF8be(double v) {
    throw unused();
  }

  @Override
  public void writeF4le(float v) {
    throw unused();
  }

  @Override
  public void writeF8le(double v) {
    throw unused();
  }

  @Override
  public KaitaiStream substream(long n) {
    throw unused();
  }
}
