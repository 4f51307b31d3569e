package org.vmstate.parser;

import com.github.luben.zstd.ZstdOutputStream;
import io.airlift.compress.v3.lzo.LzoCompressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.zip.Adler32;
import java.util.zip.Checksum;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.testkit.ImageBytes;

/** An image, and what compressors make of it. */
final class Compressed {
  /** A whole stream: the second of two pages holds sevens. */
  static final byte[] IMAGE =
      ImageBytes.withRam("r", 2)
          .again(3, 1)
          .be64(0x1008)
          .name("r")
          .fill(7, 4096)
          .eos()
          .footer(1)
          .u8(0)
          .toBytes();

  /** Compresses as the program of that name does. */
  static byte[] compress(Compression compression, byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (compression) {
      case GZIP -> write(new GZIPOutputStream(out), data);
      case BZIP2 -> write(new BZip2CompressorOutputStream(out), data);
      case XZ -> write(new XZOutputStream(out, new LZMA2Options(1)), data);
      case ZSTD -> write(new ZstdOutputStream(out), data);
      case LZOP -> out.write(lzop(data));
      case RAW, SPARSE -> out.write(data);
    }
    return out.toByteArray();
  }

  private static void write(OutputStream stream, byte[] data) throws IOException {
    try (stream) {
      stream.write(data);
    }
  }

  /** Writes one block in the form of lzop 1.04, with an Adler-32 of the decompressed data. */
  private static byte[] lzop(byte[] data) {
    LzoCompressor compressor = new LzoCompressor();
    byte[] compressed = new byte[compressor.maxCompressedLength(data.length)];
    int length = compressor.compress(data, 0, data.length, compressed, 0, compressed.length);
    Adler32 sum = new Adler32();
    sum.update(data);
    return lzopHead(1, new Adler32())
        .be32(data.length)
        .be32(length)
        .be32(sum.getValue())
        .raw(Arrays.copyOf(compressed, length))
        .be32(0)
        .toBytes();
  }

  /** The header of a file of lzop. */
  static ImageBytes lzopHead(int flags, Checksum sum) {
    byte[] head =
        new ImageBytes()
            .be16(0x1040)
            .be16(0x20a0)
            .be16(0x0940)
            .u8(1)
            .u8(5)
            .be32(flags)
            .zeros(12)
            .u8(0)
            .toBytes();
    sum.update(head);
    return new ImageBytes()
        .u8(0x89)
        .text("LZO")
        .raw(new byte[] {0, '\r', '\n', 0x1a, '\n'})
        .raw(head)
        .be32(sum.getValue());
  }

  private Compressed() {}
}
