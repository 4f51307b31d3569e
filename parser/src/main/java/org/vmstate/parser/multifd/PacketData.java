package org.vmstate.parser.multifd;

import com.github.luben.zstd.ZstdInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.vmstate.formats.ram.MultifdFormat;

/** Decompresses the data of a channel's packets, which together are one compressed stream. */
final class PacketData implements Closeable {
  /** QEMU's highest level has a window of 128 MiB, its usual one of 512 KiB. */
  private static final int ZSTD_WINDOW_LOG = 23;

  private final Feed feed = new Feed();
  private Inflater inflater;
  private ZstdInputStream zstd;

  /**
   * Decompresses one packet.
   *
   * @param count bytes that it must give
   * @return what is wrong, null when nothing is
   */
  String decompress(int method, byte[] compressed, int length, byte[] pages, int count) {
    try {
      return method == MultifdFormat.ZLIB
          ? inflate(compressed, length, pages, count)
          : zstd(compressed, length, pages, count);
    } catch (DataFormatException | IOException | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private String inflate(byte[] compressed, int length, byte[] pages, int count)
      throws DataFormatException {
    if (inflater == null) {
      inflater = new Inflater();
    }
    inflater.setInput(compressed, 0, length);
    int done = 0;
    while (done < count) {
      int n = inflater.inflate(pages, done, count - done);
      if (n == 0) {
        return ends(count, done);
      }
      done += n;
    }
    // the mark of the flush may be left
    return inflater.inflate(new byte[1]) == 0 ? null : "expected " + count + " bytes, found more";
  }

  private String zstd(byte[] compressed, int length, byte[] pages, int count) throws IOException {
    if (zstd == null) {
      zstd = new ZstdInputStream(feed).setContinuous(true).setLongMax(ZSTD_WINDOW_LOG);
    }
    feed.take(compressed, length);
    int done = 0;
    while (done < count) {
      int n = zstd.read(pages, done, count - done);
      if (n <= 0) {
        return ends(count, done);
      }
      done += n;
    }
    return null;
  }

  private static String ends(int count, int done) {
    return "expected " + count + " bytes, found " + done;
  }

  @Override
  public void close() throws IOException {
    if (inflater != null) {
      inflater.end();
    }
    if (zstd != null) {
      zstd.close();
    }
  }

  /** The compressed bytes of the packet of the moment; its end is not the stream's. */
  private static final class Feed extends InputStream {
    private byte[] bytes = new byte[0];
    private int at;
    private int end;

    void take(byte[] compressed, int length) {
      bytes = compressed;
      at = 0;
      end = length;
    }

    @Override
    public int read() {
      return at < end ? bytes[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) {
      if (at == end) {
        return -1;
      }
      int n = Math.min(length, end - at);
      System.arraycopy(bytes, at, target, from, n);
      at += n;
      return n;
    }

    @Override
    public int available() {
      return end - at;
    }
  }
}
