package org.vmstate.parser.compress;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import io.airlift.compress.v3.bzip2.BZip2HadoopStreams;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.BulkStream;
import org.vmstate.parser.io.ByteSource;

/**
 * The decompressed form of the bytes that follow in a source. Offsets of its errors are those of
 * the compressed bytes in the source; since decompressors read ahead, they may lie a little after
 * the place.
 */
public final class Decompressor extends BulkStream {
  /**
   * Memory that xz may take, in KiB: of the usual heap of 128 MiB enough for {@code xz -9}, and as
   * much of any other. Of one array of it not more fits where the collector divides the heap.
   */
  private static final int XZ_LIMIT_KIB =
      (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 1024 * 9 / 16);

  private static final int BUFFER = 64 << 10;

  private static final long MOST_GROWTH = 100;

  /** Bytes of compressed data inside compressed data that may be there in any case. */
  private static final long FREE = 256 << 10;

  private final ByteSource source;
  private final Compression compression;
  private final ByteSource outer;
  private final boolean headOnly;
  private InputStream decompressed;
  private Feed feed;

  /**
   * Decompresses from the cursor of a file or a pipe on.
   *
   * @param headOnly promises that not more than the first 100 KB will be read
   */
  public Decompressor(ByteSource source, Compression compression, boolean headOnly) {
    this(source, compression, null, headOnly);
  }

  /**
   * Decompresses from the cursor on.
   *
   * @param outer what the source itself is decompressed from, null when it is a file or a pipe
   * @param headOnly promises that not more than the first 100 KB will be read
   */
  public Decompressor(
      ByteSource source, Compression compression, ByteSource outer, boolean headOnly) {
    this.source = source;
    this.compression = compression;
    this.outer = outer;
    this.headOnly = headOnly;
  }

  private InputStream open() throws IOException {
    feed = new Feed(source, outer);
    InputStream compressed = feed;
    return switch (compression) {
      case GZIP -> new GzipInputStream(compressed);
      case BZIP2 -> openBzip2(compressed);
      case XZ -> new XZInputStream(compressed, XZ_LIMIT_KIB);
      case LZOP -> new LzopInputStream(compressed);
      case ZSTD -> new ZstdInputStream(compressed);
      case RAW, SPARSE -> compressed;
    };
  }

  /**
   * A block of bzip2 can only be decompressed whole. One library is twice as fast at the first
   * block, but does not know that other members may follow, as pbzip2 writes them.
   */
  private InputStream openBzip2(InputStream compressed) throws IOException {
    return headOnly
        ? new BZip2HadoopStreams().createInputStream(new BufferedInputStream(compressed, BUFFER))
        : new BZip2CompressorInputStream(compressed, true);
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    try {
      if (decompressed == null) {
        decompressed = open();
      }
      return decompressed.read(target, from, length);
    } catch (StateFormatException e) {
      throw e;
    } catch (FeedException e) {
      throw e.reason;
    } catch (MemoryLimitException e) {
      throw new LimitExceededException(
          Reason.COMPRESSED_MEMORY,
          "xz: needs "
              + e.getMemoryNeeded()
              + " KiB of memory, this Java heap has "
              + XZ_LIMIT_KIB
              + " for it",
          source.position(),
          path());
    } catch (ZstdIOException e) {
      if (e.getErrorCode() == Zstd.errFrameParameterWindowTooLarge()) {
        throw new LimitExceededException(
            Reason.COMPRESSED_MEMORY,
            "zstd: compressed with a window above 128 MiB, as by --long=31; decompress it with"
                + " zstd -d --long=31 first",
            source.position(),
            path());
      }
      throw broken(e);
    } catch (EOFException e) {
      throw new TruncatedDataException(
          Reason.COMPRESSED_DATA_CUT, "compressed data: found the end", source.position(), path());
    } catch (IOException | RuntimeException e) {
      // the libraries answer some broken input with unchecked exceptions
      throw broken(e);
    }
  }

  /**
   * Some libraries have an error of their own for the end of their input. All others know it as
   * damage, but had to ask for more than there is; those of a checksum that comes last did not.
   */
  private boolean isCut() {
    return switch (compression) {
      case BZIP2, ZSTD -> feed != null && feed.ended;
      case GZIP, XZ, LZOP, RAW, SPARSE -> false;
    };
  }

  private StateFormatException broken(Exception e) {
    return isCut()
        ? new TruncatedDataException(
            Reason.COMPRESSED_DATA_CUT,
            "compressed data: found the end, " + e.getMessage(),
            source.position(),
            path())
        : new MalformedDataException(
            Reason.COMPRESSED_DATA_DAMAGED,
            "compressed data: " + String.valueOf(e.getMessage()).replaceFirst("\\.$", ""),
            source.position(),
            path());
  }

  private String path() {
    return source.path() + "." + compression.label();
  }

  /** Frees what the library holds. The source stays open: whoever opened it may read it again. */
  @Override
  public void close() throws IOException {
    if (decompressed != null) {
      decompressed.close();
    }
  }

  /** The compressed bytes; its own I/O errors pass through the decompressors unchanged. */
  private static final class Feed extends BulkStream {
    private final ByteSource source;
    private final ByteSource outer;

    /** Whether more was asked for than there is. */
    private boolean ended;

    Feed(ByteSource source, ByteSource outer) {
      this.source = source;
      this.outer = outer;
    }

    /**
     * What is compressed once hardly becomes shorter. Each layer that does multiplies the time that
     * a small file can take.
     */
    private void requireGrowth() throws LimitExceededException {
      if (outer != null && source.position() > FREE + MOST_GROWTH * outer.position()) {
        throw source.limitExceeded(
            Reason.COMPRESSED_TOO_OFTEN,
            "image: compressed data inside compressed data, more than "
                + MOST_GROWTH
                + " times as long",
            source.position());
      }
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      requireGrowth();
      try {
        int n = source.readSome(target, from, length);
        ended |= n < 0;
        return n;
      } catch (StateFormatException e) {
        throw e;
      } catch (IOException e) {
        throw new FeedException(e);
      }
    }

    @Override
    public int available() throws IOException {
      return source.atEnd() ? 0 : 1;
    }
  }

  /** An I/O error below the decompressor. */
  private static final class FeedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient IOException reason;

    FeedException(IOException reason) {
      super(reason.getMessage(), reason);
      this.reason = reason;
    }
  }
}
