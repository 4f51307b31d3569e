package org.vmstate.writer.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A pipe or a compressor: bytes can only be appended. */
public final class StreamSink extends ByteSink {
  private static final int BUFFER = 64 << 10;

  private final OutputStream out;
  private final byte[] buffer = new byte[BUFFER];
  private int used;
  private long position;

  /** Writes to a stream, which is closed with the sink. */
  public StreamSink(OutputStream out) {
    this.out = out;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    position += data.remaining();
    if (data.remaining() > BUFFER && data.hasArray()) {
      drain();
      out.write(data.array(), data.arrayOffset() + data.position(), data.remaining());
      data.position(data.limit());
      return;
    }
    while (data.hasRemaining()) {
      if (used == BUFFER) {
        drain();
      }
      int n = Math.min(BUFFER - used, data.remaining());
      data.get(buffer, used, n);
      used += n;
    }
  }

  private void drain() throws IOException {
    out.write(buffer, 0, used);
    used = 0;
  }

  @Override
  public void flush() throws IOException {
    drain();
    out.flush();
  }

  @Override
  public void close() throws IOException {
    drain();
    out.close();
  }
}
