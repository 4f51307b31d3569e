package org.vmstate.writer.compress;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.writer.io.ByteSink;

/**
 * Compresses what is written by zstd into another sink, without passing through the Java heap. The
 * library works in a thread of its own, which does not show in the result.
 */
public final class ZstdSink extends ByteSink {
  private static final int BUFFER = 1 << 20;
  private static final int DEFAULT_LEVEL = 3;

  private final ByteSink out;
  private final ZstdCompressCtx context = new ZstdCompressCtx();
  private final ByteBuffer staged = ByteBuffer.allocateDirect(BUFFER);
  private final ByteBuffer compressed = ByteBuffer.allocateDirect(BUFFER);
  private long position;
  private boolean closed;

  /**
   * Compresses into a sink, which stays open.
   *
   * @param level 1 to 19, or 0 for the level that the program takes
   */
  public ZstdSink(ByteSink out, int level) {
    this.out = out;
    context.setLevel(level == 0 ? DEFAULT_LEVEL : level);
    context.setChecksum(true);
    context.setWorkers(1);
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public ByteBuffer allocate(int size) {
    return ByteBuffer.allocateDirect(size);
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    position += data.remaining();
    if (data.isDirect() && data.remaining() >= BUFFER / 4) {
      drain();
      compress(data, EndDirective.CONTINUE);
      return;
    }
    while (data.hasRemaining()) {
      if (!staged.hasRemaining()) {
        drain();
      }
      int n = Math.min(staged.remaining(), data.remaining());
      staged.put(data.slice(data.position(), n));
      data.position(data.position() + n);
    }
  }

  private void drain() throws IOException {
    staged.flip();
    compress(staged, EndDirective.CONTINUE);
    staged.clear();
  }

  private void compress(ByteBuffer data, EndDirective directive) throws IOException {
    boolean done = false;
    while (!done) {
      boolean complete = context.compressDirectByteBufferStream(compressed, data, directive);
      compressed.flip();
      out.write(compressed);
      compressed.clear();
      done = directive == EndDirective.CONTINUE ? !data.hasRemaining() : complete;
    }
  }

  @Override
  public void flush() throws IOException {
    drain();
  }

  /** Ends the compressed stream. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try {
        drain();
        compress(ByteBuffer.allocateDirect(0), EndDirective.END);
      } finally {
        context.close();
      }
    }
  }

  /** Frees the library's memory; what was compressed so far is of no use. */
  public void abandon() {
    if (!closed) {
      closed = true;
      context.close();
    }
  }
}
