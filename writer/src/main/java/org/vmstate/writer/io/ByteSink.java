package org.vmstate.writer.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Takes the bytes of an image one after the other. Multi-byte integers are big-endian. */
public abstract class ByteSink implements Closeable {
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private final ByteBuffer small = ByteBuffer.allocate(Long.BYTES);

  /** For the sinks of this and other packages. */
  protected ByteSink() {}

  /** Returns the offset of the next byte, in the outermost file or in the decompressed stream. */
  public abstract long position();

  /** Appends what remains in a buffer. */
  public abstract void write(ByteBuffer data) throws IOException;

  /** Appends zero bytes; in a file they become a hole. */
  public void zeros(long count) throws IOException {
    for (long left = count; left > 0; left -= ZEROS.capacity()) {
      write(ZEROS.duplicate().limit((int) Math.min(left, ZEROS.capacity())));
    }
  }

  /** Appends bytes. */
  public final void write(byte[] data) throws IOException {
    write(ByteBuffer.wrap(data));
  }

  /** Appends an unsigned byte. */
  public final void u8(int value) throws IOException {
    write(small.clear().put((byte) value).flip());
  }

  /** Appends a 32-bit integer. */
  public final void be32(long value) throws IOException {
    write(small.clear().putInt((int) value).flip());
  }

  /** Appends a 64-bit integer. */
  public final void be64(long value) throws IOException {
    write(small.clear().putLong(value).flip());
  }

  /** Appends a length byte and a name of at most 255 characters, each one byte. */
  public final void shortString(String name) throws IOException {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length > 255) {
      throw new IllegalArgumentException("name of " + bytes.length + " bytes: " + name);
    }
    u8(bytes.length);
    write(bytes);
  }

  /** Returns a stream that appends to this sink; closing it does nothing. */
  public final OutputStream asStream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        u8(b);
      }

      @Override
      public void write(byte[] data, int from, int length) throws IOException {
        ByteSink.this.write(ByteBuffer.wrap(data, from, length));
      }
    };
  }

  /** Returns a buffer of the kind that this sink takes with the least copying. */
  public ByteBuffer allocate(int size) {
    return ByteBuffer.allocate(size);
  }

  /** Passes on what is still in memory. */
  public abstract void flush() throws IOException;
}
