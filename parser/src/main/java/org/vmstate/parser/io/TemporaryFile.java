package org.vmstate.parser.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.vmstate.formats.error.NamedIOException;

/**
 * A file in the temporary folder that is gone when it is closed. What goes wrong with it is
 * reported as a fault of that folder, never of the image. A 16th of the file system, at most 64
 * MiB, is left free for others: a file that would need it is an error before it does.
 */
public final class TemporaryFile implements Closeable {
  private static final int CHUNK = 64 << 10;
  private static final long KEPT_FREE = 64L << 20;
  private static final int SHARE = 16;

  /** Growth in bytes after which the file system is asked again. */
  private static final long STEP = 8L << 20;

  private final Path folder;
  private final FileChannel channel;
  private final Arena arena = Arena.ofShared();
  private long appended;
  private long allowed;
  private boolean closed;

  private TemporaryFile(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /** Makes a file in the folder {@code java.io.tmpdir}, to which the program sets TMPDIR. */
  public static TemporaryFile create(String suffix) throws IOException {
    Path folder = folder();
    try {
      Path file = Files.createTempFile(folder, "vmstate-img", suffix);
      try {
        return new TemporaryFile(
            folder,
            FileChannel.open(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE));
      } catch (IOException | RuntimeException | Error e) {
        Files.deleteIfExists(file);
        throw e;
      }
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  private static Path folder() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Returns an error of the temporary folder, with what can be done about it. */
  public static IOException failed(Path folder, IOException e) {
    return new NamedIOException(
        "temporary folder " + folder + ": " + e.getMessage() + " (TMPDIR names another)", e);
  }

  /** Writes all bytes at an offset. */
  public void write(long offset, ByteBuffer data) throws IOException {
    try {
      require(offset + data.remaining());
      long at = offset;
      while (data.hasRemaining()) {
        at += channel.write(data, at);
      }
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  /** Fills a buffer with bytes that were written. */
  public void read(long offset, ByteBuffer target) throws IOException {
    try {
      long at = offset;
      while (target.hasRemaining()) {
        int count = channel.read(target, at);
        if (count < 0) {
          throw new IOException("ended at offset " + at);
        }
        at += count;
      }
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  private void require(long end) throws IOException {
    if (end <= allowed) {
      return;
    }
    FileStore store;
    try {
      store = Files.getFileStore(folder);
    } catch (IOException e) {
      // a root of its own may lie on a mount that it cannot see; writing says when there is no room
      allowed = end + STEP;
      return;
    }
    long kept = Math.min(KEPT_FREE, store.getTotalSpace() / SHARE);
    if (store.getUsableSpace() - kept < STEP + end - Math.max(allowed, channel.size())) {
      throw new IOException(
          "expected room for " + Math.ceilDiv(end, 1 << 20) + " MiB and more, found too little");
    }
    allowed = end + STEP;
  }

  /** Writes all bytes after those that were appended before. */
  public void append(ByteBuffer data) throws IOException {
    long count = data.remaining();
    write(appended, data);
    appended += count;
  }

  /** Returns a stream whose bytes are appended. Its end does not close the file. */
  public OutputStream asStream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        append(ByteBuffer.wrap(new byte[] {(byte) b}));
      }

      @Override
      public void write(byte[] data, int from, int length) throws IOException {
        append(ByteBuffer.wrap(data, from, length));
      }
    };
  }

  /**
   * Returns what was appended as a source, whose end closes the file.
   *
   * @param origin offset of the first byte
   */
  public ByteSource source(long origin, StructurePath path) throws IOException {
    try {
      return new FileSource(channel, origin, path, e -> failed(folder, e), this);
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  /**
   * Maps bytes after those that the file has. They are written first, as there is no error to catch
   * where a mapping finds no room.
   *
   * @return zeros, which end with the file
   */
  public ByteBuffer grow(int length) throws IOException {
    long start;
    try {
      start = channel.size();
    } catch (IOException e) {
      throw failed(folder, e);
    }
    ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK);
    for (int done = 0; done < length; done += CHUNK) {
      write(start + done, zeros.clear().limit(Math.min(CHUNK, length - done)));
    }
    try {
      return channel.map(FileChannel.MapMode.READ_WRITE, start, length, arena).asByteBuffer();
    } catch (IOException e) {
      throw failed(folder, e);
    }
  }

  /** Reports whether an error of the virtual machine comes from a mapping that cannot be read. */
  public static boolean isUnreadable(InternalError e) {
    return String.valueOf(e.getMessage()).contains("memory access");
  }

  /** Returns the error of a mapping that cannot be read. */
  public static IOException unreadable() {
    return failed(folder(), new IOException("a file in it cannot be read any more"));
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      arena.close();
      channel.close();
    }
  }
}
