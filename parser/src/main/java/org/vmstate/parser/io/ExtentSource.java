package org.vmstate.parser.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.error.StateFormatException;

/**
 * A stream that is scattered over a file, from which it is gathered; offsets are those of the
 * stream.
 */
public final class ExtentSource extends SeekableSource {
  private static final int GATHER = 256 << 10;
  private static final int FIRST = 4 << 10;
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(GATHER).asReadOnlyBuffer();

  private final Extents extents;
  private final long length;
  private final ByteSource file;

  /** Bytes that are gathered next: of most streams in a disk only the first few are looked at. */
  private int gathered = FIRST;

  /** What was gathered last. */
  private ByteBuffer buffer = ByteBuffer.allocate(0);

  /** May be replaced by any thread that copies. */
  private volatile Last last;

  /** An extent and the offset in the stream at which it starts. */
  private record Last(long start, Extents.Extent extent) {}

  /**
   * Reads a stream.
   *
   * @param length bytes of it that are read
   * @param file what is closed with this source
   */
  public ExtentSource(Extents extents, long length, ByteSource file, StructurePath path) {
    super(path);
    this.extents = extents;
    this.length = length;
    this.file = file;
  }

  /**
   * Reads a part of a file as a stream of its own.
   *
   * @param file the file, which is closed with the part
   */
  public static ExtentSource part(ByteSource file, long start, long end) {
    return new ExtentSource(
        new Part(file, start, end - start), end - start, file, new StructurePath());
  }

  /** A part of a source. */
  private record Part(ByteSource whole, long start, long length) implements Extents {
    @Override
    public Extent at(long offset) {
      return new Extent(whole, start + offset, length - offset);
    }
  }

  @Override
  public long origin() {
    return 0;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void seek(long offset) throws IOException {
    seekByWindow(offset);
  }

  private Extents.Extent at(long offset) throws IOException {
    Extents.Extent found = find(offset);
    long left = length() - offset;
    return found.length() <= left
        ? found
        : new Extents.Extent(found.content(), found.offset(), left);
  }

  /** Looks into the tables only where the extent that was used last does not reach. */
  private Extents.Extent find(long offset) throws IOException {
    Last known = last;
    if (known == null || offset < known.start || offset - known.start >= known.extent.length()) {
      known = new Last(offset, extents.at(offset));
      last = known;
    }
    long into = offset - known.start;
    Extents.Extent all = known.extent;
    return new Extents.Extent(all.content(), all.offset() + into, all.length() - into);
  }

  @Override
  protected boolean fill(int count) throws IOException {
    long at = position();
    if (length() - at < count) {
      return false;
    }
    Extents.Extent extent = at(at);
    empty(at);
    if (extent.length() >= Math.max(count, GATHER) && extent.content() == null) {
      window = ZEROS.duplicate();
    } else {
      int size = (int) Math.min(Math.max(count, gathered), length() - at);
      gathered = Math.min(GATHER, gathered * 4);
      if (buffer.capacity() < size) {
        buffer = ByteBuffer.allocateDirect(size);
      }
      gather(extent, at, count, buffer.clear().limit(size));
      window = buffer.flip();
    }
    return true;
  }

  /** Fills a buffer, but does not fail after the bytes that are needed now. */
  private void gather(Extents.Extent first, long from, int count, ByteBuffer next)
      throws IOException {
    long at = from;
    Extents.Extent extent = first;
    int capacity = next.limit();
    while (true) {
      int n = (int) Math.min(extent.length(), capacity - next.position());
      next.limit(next.position() + n);
      take(extent, next);
      at += n;
      if (next.position() == capacity) {
        return;
      }
      if (next.position() >= count) {
        try {
          extent = at(at);
        } catch (StateFormatException e) {
          return;
        }
      } else {
        extent = at(at);
      }
    }
  }

  private static void take(Extents.Extent extent, ByteBuffer target) throws IOException {
    if (extent.content() != null) {
      extent.content().copy(extent.offset(), target);
      return;
    }
    while (target.hasRemaining()) {
      target.put(ZEROS.duplicate().limit(Math.min(GATHER, target.remaining())));
    }
  }

  @Override
  public void copy(long offset, ByteBuffer target) throws IOException {
    requireBytes(offset, target);
    int limit = target.limit();
    long at = offset;
    while (target.position() < limit) {
      Extents.Extent extent = at(at);
      int n = (int) Math.min(extent.length(), limit - target.position());
      target.limit(target.position() + n);
      take(extent, target);
      at += n;
    }
  }

  @Override
  public void copySeries(long offset, int size, long stride, long count, ByteBuffer target)
      throws IOException {
    long done = 0;
    while (done < count) {
      long from = offset + done * stride;
      Extents.Extent extent = from < 0 || from >= length() ? null : at(from);
      long whole =
          extent == null || extent.length() < size || !(extent.content() instanceof ByteSource)
              ? 0
              : Math.min(count - done, (extent.length() - size) / Math.max(1, stride) + 1);
      if (whole > 0) {
        ((ByteSource) extent.content()).copySeries(extent.offset(), size, stride, whole, target);
        done += whole;
      } else {
        target.limit(target.position() + size);
        copy(from, target);
        done++;
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      super.close();
    } finally {
      file.close();
    }
  }
}
