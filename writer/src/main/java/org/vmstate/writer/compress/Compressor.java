package org.vmstate.writer.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.FinishableWrapperOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.writer.io.StreamSink;

/**
 * Opens compressing streams. The same input, level and version of the libraries give the same
 * bytes.
 */
public final class Compressor {
  private static final int BUFFER = 64 << 10;
  private static final int XZ_OF_LIBVIRT = 3;

  /** Buffers that are there beside a compressor's, in MiB. */
  private static final int OTHERS_MIB = 6;

  private Compressor() {}

  /**
   * Compresses what is written into a stream, which is closed with the result.
   *
   * @param level as the compression's program accepts it; the one that libvirt uses when empty
   */
  public static OutputStream open(Compression compression, OptionalInt level, OutputStream out)
      throws IOException {
    return switch (compression) {
      case RAW, SPARSE -> out;
      case GZIP -> new Gzip(out, level.orElse(Deflater.DEFAULT_COMPRESSION));
      case BZIP2 ->
          new BZip2CompressorOutputStream(
              out, level.orElse(BZip2CompressorOutputStream.MAX_BLOCKSIZE));
      case XZ -> new XZOutputStream(out, new LZMA2Options(level.orElse(XZ_OF_LIBVIRT)));
      case LZOP -> new LzopOutputStream(out);
      case ZSTD -> new Zstd(out, level.orElse(0));
    };
  }

  /** Returns the least and the greatest level of a compression; both 0 where there is no choice. */
  public static int[] levels(Compression compression) {
    return switch (compression) {
      case GZIP, BZIP2 -> new int[] {1, 9};
      case XZ -> new int[] {0, 9};
      case ZSTD -> new int[] {1, 19};
      case LZOP, RAW, SPARSE -> new int[] {0, 0};
    };
  }

  /**
   * Returns the heap in MiB that the compression needs, or empty when this one has room. Only a
   * trial tells: how large arrays fit depends on how the collector divides the heap.
   */
  public static OptionalInt heapMissing(Compression compression, OptionalInt level)
      throws IOException {
    if (compression != Compression.XZ) {
      return OptionalInt.empty();
    }
    LZMA2Options options = new LZMA2Options(level.orElse(XZ_OF_LIBVIRT));
    try (FinishableWrapperOutputStream nowhere =
        new FinishableWrapperOutputStream(OutputStream.nullOutputStream())) {
      byte[][] others = new byte[OTHERS_MIB][1 << 20];
      options.getOutputStream(nowhere, ArrayCache.getDummyCache()).write(others.length);
      return OptionalInt.empty();
    } catch (OutOfMemoryError e) {
      // the serial collector keeps a third of the heap for small things
      int mib = options.getEncoderMemoryUsage() / 1024 * 3 / 2 + 64;
      return OptionalInt.of((mib + 63) / 64 * 64);
    }
  }

  /** gzip at a level of choice. */
  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out, int level) throws IOException {
      super(out, BUFFER);
      def.setLevel(level);
    }
  }

  /** The sink for zstd as a stream. */
  private static final class Zstd extends OutputStream {
    private final StreamSink out;
    private final ZstdSink sink;

    Zstd(OutputStream out, int level) {
      this.out = new StreamSink(out);
      this.sink = new ZstdSink(this.out, level);
    }

    @Override
    public void write(int b) throws IOException {
      sink.u8(b);
    }

    @Override
    public void write(byte[] data, int from, int length) throws IOException {
      sink.write(ByteBuffer.wrap(data, from, length));
    }

    @Override
    public void close() throws IOException {
      sink.close();
      out.close();
    }
  }
}
