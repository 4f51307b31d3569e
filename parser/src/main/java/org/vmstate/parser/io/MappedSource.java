package org.vmstate.parser.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.rule.Reason;

/**
 * A regular file, mapped read-only as a whole; the window is a view of at most 1 GiB. When the file
 * shrinks under the mapping, reads from the window throw {@link InternalError}, which the entry
 * point translates.
 */
public final class MappedSource extends SeekableSource {
  private static final long MAX_WINDOW = 1 << 30;

  /** Bytes in series after which a second thread pays. */
  private static final long LONG_PASS = 16 << 20;

  private static final String NO_ROOM =
      "cannot be mapped: not enough addresses are left; ulimit -v gives more";

  private final Arena arena;
  private final MemorySegment map;
  private final long origin;
  private final AutoCloseable onClose;
  private PageFaulter faulter;
  private boolean hurried = true;
  private long inSeries;

  private MappedSource(StructurePath path, FileChannel channel, long origin, AutoCloseable onClose)
      throws IOException {
    super(path);
    this.arena = Arena.ofShared();
    try {
      this.map = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
    this.origin = origin;
    this.onClose = onClose;
    view(origin);
  }

  /** Maps a file. */
  public static MappedSource open(Path file, StructurePath path) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new MappedSource(path, channel, 0, () -> {});
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw NamedIOException.of(file, isOutOfRoom(e) ? new IOException(NO_ROOM, e) : e);
    }
  }

  /** Java says no more than that it failed. */
  private static boolean isOutOfRoom(IOException e) {
    return e.getCause() instanceof OutOfMemoryError;
  }

  /**
   * Maps the rest of a stream that was written to a temporary file.
   *
   * @param origin offset in the stream of the file's first byte
   * @param onClose removes the temporary file
   */
  static MappedSource ofSpool(
      FileChannel channel, long origin, StructurePath path, AutoCloseable onClose)
      throws IOException {
    return new MappedSource(path, channel, origin, onClose);
  }

  private void view(long offset) {
    long from = offset - origin;
    long size = Math.min(MAX_WINDOW, map.byteSize() - from);
    window = map.asSlice(from, size).asByteBuffer();
    windowStart = offset;
  }

  @Override
  public long origin() {
    return origin;
  }

  @Override
  public long length() {
    return origin + map.byteSize();
  }

  @Override
  public void seek(long offset) throws IOException {
    if (offset >= windowStart && offset - windowStart <= window.limit()) {
      window.position((int) (offset - windowStart));
    } else {
      requireInside(offset);
      view(offset);
    }
  }

  @Override
  protected boolean fill(int count) {
    if (length() - position() < count) {
      return false;
    }
    view(position());
    return true;
  }

  @Override
  protected void passed(int count) {
    long at = position() - origin;
    inSeries += count;
    if (faulter != null) {
      faulter.follow(at);
    } else if (hurried && inSeries >= LONG_PASS && map.byteSize() - at >= LONG_PASS) {
      faulter = new PageFaulter(map, at);
    }
  }

  @Override
  public void unhurried() {
    hurried = false;
  }

  @Override
  public void copy(long offset, ByteBuffer target) throws IOException {
    requireBytes(offset, target);
    MemorySegment slice = map.asSlice(offset - origin, target.remaining());
    try {
      target.put(slice.asByteBuffer());
    } catch (InternalError e) {
      throw shrunk(offset, path());
    }
  }

  @Override
  public void copySeries(long offset, int size, long stride, long count, ByteBuffer target)
      throws IOException {
    long last = offset + (count - 1) * stride;
    if (offset < origin || last < offset || size > length() - last) {
      throw new TruncatedDataException(
          Reason.DATA_ENDS, "data: found the end", last, path().toString());
    }
    int length = Math.toIntExact(count * size);
    target.limit(target.position() + length);
    MemorySegment to = MemorySegment.ofBuffer(target);
    try {
      for (long i = 0; i < count; i++) {
        MemorySegment.copy(map, offset - origin + i * stride, to, i * size, size);
      }
    } catch (InternalError e) {
      throw shrunk(offset, path());
    }
    target.position(target.position() + length);
  }

  /** Returns a view of bytes that are inside the file. */
  ByteBuffer slice(long offset, long length) {
    return map.asSlice(offset - origin, length).asByteBuffer().asReadOnlyBuffer();
  }

  /** Reports whether an error of the virtual machine comes from a mapping that cannot be read. */
  public static boolean isUnreadable(InternalError e) {
    return String.valueOf(e.getMessage()).contains("memory access");
  }

  /** Builds the error for a mapped file that became shorter, or whose device failed. */
  public static TruncatedDataException shrunk(long offset, StructurePath path) {
    return new TruncatedDataException(
        Reason.IMAGE_CHANGED,
        "file: expected its length to stay, found it shorter or unreadable",
        offset,
        path.toString());
  }

  @Override
  public void close() throws IOException {
    super.close();
    if (!arena.scope().isAlive()) {
      return;
    }
    if (faulter != null) {
      faulter.stop();
    }
    arena.close();
    try {
      onClose.close();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
