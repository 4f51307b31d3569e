package org.vmstate.parser.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.UnaryOperator;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.rule.Reason;

/**
 * A regular file or a block device, read where the cursor is; any thread may copy from it. It is
 * not mapped: a page fault for each page of a stream takes longer than to read the page, in a guest
 * many times as long.
 */
public final class FileSource extends SeekableSource {
  /** Bytes read after a jump: most of what is looked at far away is short. */
  private static final int FIRST = 16 << 10;

  /** Bytes read at once on a way forward; what stays in the cache of a processor. */
  private static final int MOST = 256 << 10;

  /** Pieces at such a distance are found sooner in what is read as a whole. */
  private static final int NEAR = 8 << 10;

  private static final ThreadLocal<ByteBuffer> STAGING =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(MOST));

  private final FileChannel channel;
  private final UnaryOperator<IOException> named;
  private final long origin;
  private final long size;
  private final Closeable onClose;

  /** What the window is a view of. */
  private ByteBuffer buffer = ByteBuffer.allocate(0);

  private int ahead = FIRST;

  /**
   * Reads a file, or the rest of a stream that was written to one.
   *
   * @param origin offset in the stream of the file's first byte
   * @param named says of which file an error is
   * @param onClose closes the channel, and removes a temporary file
   */
  FileSource(
      FileChannel channel,
      long origin,
      StructurePath path,
      UnaryOperator<IOException> named,
      Closeable onClose)
      throws IOException {
    super(path);
    this.channel = channel;
    this.origin = origin;
    this.size = channel.size();
    this.named = named;
    this.onClose = onClose;
    this.windowStart = origin;
  }

  /** Opens a file. */
  public static FileSource open(Path file, StructurePath path) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new FileSource(channel, 0, path, e -> NamedIOException.of(file, e), channel);
    } catch (IOException e) {
      channel.close();
      throw NamedIOException.of(file, e);
    } catch (RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public long origin() {
    return origin;
  }

  @Override
  public long length() {
    return origin + size;
  }

  @Override
  public void seek(long offset) throws IOException {
    long end = windowStart + window.limit();
    if (offset < windowStart || offset - end > MOST) {
      ahead = FIRST;
    }
    seekByWindow(offset);
  }

  @Override
  protected boolean fill(int count) throws IOException {
    long at = position();
    if (length() - at < count) {
      return false;
    }
    int wanted = (int) Math.min(Math.max(count, ahead), length() - at);
    ahead = Math.min(MOST, ahead * 4);
    if (buffer.capacity() < wanted) {
      buffer = ByteBuffer.allocateDirect(Math.max(wanted, Math.min(ahead, MOST)));
    }
    empty(at);
    // where the disk fails after the bytes that are needed, they are there all the same
    read(at, buffer.clear().limit(wanted), count);
    window = buffer.flip();
    return true;
  }

  /** Reads until a buffer has so many bytes or more. */
  private void read(long offset, ByteBuffer target, int least) throws IOException {
    int start = target.position();
    int limit = target.limit();
    try {
      while (target.position() - start < least) {
        // what goes to the heap takes a detour, for which Java needs as much memory as is read
        target.limit(Math.min(limit, target.position() + MOST));
        long at = offset + target.position() - start;
        if (channel.read(target, at - origin) < 0) {
          throw shrunk(at, path());
        }
      }
    } catch (StateFormatException e) {
      throw e;
    } catch (IOException e) {
      throw named.apply(e);
    } finally {
      target.limit(limit);
    }
  }

  @Override
  public void copy(long offset, ByteBuffer target) throws IOException {
    requireBytes(offset, target);
    read(offset, target, target.remaining());
  }

  @Override
  public void copySeries(long offset, int size, long stride, long count, ByteBuffer target)
      throws IOException {
    long last = offset + (count - 1) * stride;
    if (offset < origin || last < offset || size > length() - last) {
      throw new TruncatedDataException(
          Reason.DATA_ENDS, "data: found the end", last, path().toString());
    }
    if (stride < size || stride > Math.max(NEAR, 2L * size) || stride > MOST) {
      super.copySeries(offset, size, stride, count, target);
      return;
    }
    target.limit(target.position() + Math.toIntExact(count * size));
    ByteBuffer staging = STAGING.get();
    long most = (MOST - size) / stride + 1;
    for (long done = 0; done < count; done += most) {
      int pieces = (int) Math.min(most, count - done);
      int length = (int) ((pieces - 1) * stride) + size;
      read(offset + done * stride, staging.clear().limit(length), length);
      for (int i = 0; i < pieces; i++) {
        target.put(target.position(), staging, (int) (i * stride), size);
        target.position(target.position() + size);
      }
    }
  }

  /** Builds the error for a file that became shorter. */
  private static TruncatedDataException shrunk(long offset, StructurePath path) {
    return new TruncatedDataException(
        Reason.IMAGE_CHANGED,
        "file: expected its length to stay, found it shorter",
        offset,
        path.toString());
  }

  @Override
  public void close() throws IOException {
    try {
      super.close();
    } finally {
      onClose.close();
    }
  }
}
