package org.vmstate.writer.compress;

import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/** Compressions of single pages in a kdump. Source: makedumpfile diskdump_mod.h. */
public enum PageCompression {
  /** Pages as they are. */
  NONE(0),
  /** What every reader knows. */
  ZLIB(1),
  /** Faster; crash 8.0, makedumpfile 1.7.1. */
  ZSTD(0x20);

  private final int flag;

  PageCompression(int flag) {
    this.flag = flag;
  }

  /** Returns the flag of a page so compressed. */
  public int flag() {
    return flag;
  }

  /** Compresses pages, in one thread at a time. */
  public interface Compressor extends AutoCloseable {
    /**
     * Compresses some bytes of a direct buffer and returns the length, 0 when it would not be less.
     *
     * @param target takes the result from its first byte on; holds twice as much as is compressed
     */
    int compress(ByteBuffer source, int from, int length, ByteBuffer target);

    @Override
    void close();
  }

  /** Returns a new compressor. */
  public Compressor compressor() {
    return switch (this) {
      case NONE -> new Plain();
      case ZLIB -> new Deflating(new Deflater(Deflater.BEST_SPEED));
      case ZSTD -> new Zstandard(new ZstdCompressCtx().setLevel(1));
    };
  }

  private record Plain() implements Compressor {
    @Override
    public int compress(ByteBuffer source, int from, int length, ByteBuffer target) {
      return 0;
    }

    @Override
    public void close() {}
  }

  private record Deflating(Deflater deflater) implements Compressor {
    @Override
    public int compress(ByteBuffer source, int from, int length, ByteBuffer target) {
      deflater.reset();
      deflater.setInput(source.slice(from, length));
      deflater.finish();
      int done = deflater.deflate(target.clear().limit(length));
      return deflater.finished() && done < length ? done : 0;
    }

    @Override
    public void close() {
      deflater.end();
    }
  }

  private record Zstandard(ZstdCompressCtx context) implements Compressor {
    @Override
    public int compress(ByteBuffer source, int from, int length, ByteBuffer target) {
      int done =
          context.compressDirectByteBuffer(target, 0, target.capacity(), source, from, length);
      return done < length ? done : 0;
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
