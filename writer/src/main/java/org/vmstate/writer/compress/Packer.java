package org.vmstate.writer.compress;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.OptionalInt;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;
import org.vmstate.formats.libvirt.Compression;

/**
 * Opens packing streams. The same input, level and version of the libraries give the same bytes.
 */
public final class Packer {
  private static final int BUFFER = 64 << 10;
  private static final int XZ_OF_LIBVIRT = 3;

  private Packer() {}

  /**
   * Packs what is written into a stream, which is closed with the result.
   *
   * @param level as the compression's program takes it; the one that libvirt uses when empty
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
      case ZSTD -> zstd(out, level);
    };
  }

  private static OutputStream zstd(OutputStream out, OptionalInt level) throws IOException {
    ZstdOutputStream stream = new ZstdOutputStream(out, level.orElse(3));
    stream.setChecksum(true);
    return stream;
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

  /** gzip at a level of choice. */
  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out, int level) throws IOException {
      super(out, BUFFER);
      def.setLevel(level);
    }
  }
}
