package org.vmstate.parser.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.event.SourceBytes;

/**
 * Pieces of other sources, of memory, and zeros, one after the other; offsets start at 0. The
 * sources of the pieces stay open when this one is closed.
 */
public final class SplicedSource extends SeekableSource {
  private static final int WINDOW = 128 << 10;

  private final List<Segment> segments;
  private final long[] starts;
  private final long length;

  /**
   * A piece.
   *
   * @param content where its bytes are, null for zeros
   * @param offset offset of the first of them there
   * @param length number of bytes
   */
  public record Segment(SourceBytes content, long offset, long length) {
    /** Returns a piece that is in memory. */
    public static Segment of(byte... bytes) {
      return new Segment(new HeapSource(bytes, 0, new StructurePath()), 0, bytes.length);
    }

    /** Returns zeros. */
    public static Segment zeros(long length) {
      return new Segment(null, 0, length);
    }
  }

  /** Joins pieces. */
  public SplicedSource(List<Segment> segments) {
    super(new StructurePath());
    this.segments = List.copyOf(segments);
    starts = new long[segments.size()];
    long at = 0;
    for (int i = 0; i < starts.length; i++) {
      starts[i] = at;
      at += segments.get(i).length();
    }
    length = at;
  }

  /** Returns the pieces between two offsets. */
  public List<Segment> slice(long from, long to) {
    List<Segment> result = new ArrayList<>();
    for (int i = first(from); i < starts.length && starts[i] < to; i++) {
      Segment s = segments.get(i);
      long first = Math.max(from, starts[i]);
      long last = Math.min(to, starts[i] + s.length());
      if (first < last) {
        result.add(new Segment(s.content(), s.offset() + first - starts[i], last - first));
      }
    }
    return result;
  }

  /** Returns the first piece that ends at an offset or later. */
  private int first(long offset) {
    int found = Arrays.binarySearch(starts, offset);
    int at = found < 0 ? Math.max(0, -found - 2) : found;
    // pieces without bytes begin where the next one does
    while (at > 0 && starts[at] == offset) {
      at--;
    }
    return at;
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

  @Override
  protected boolean fill(int count) throws IOException {
    long at = position();
    if (length - at < count) {
      return false;
    }
    ByteBuffer next = ByteBuffer.allocate((int) Math.min(WINDOW, length - at));
    copy(at, next);
    window = next.flip();
    windowStart = at;
    return true;
  }

  @Override
  public void copy(long offset, ByteBuffer target) throws IOException {
    requireBytes(offset, target);
    int limit = target.limit();
    for (Segment piece : slice(offset, offset + target.remaining())) {
      target.limit(target.position() + (int) piece.length());
      if (piece.content() == null) {
        target.put(new byte[(int) piece.length()]);
      } else {
        piece.content().copy(piece.offset(), target);
      }
    }
    target.limit(limit);
  }
}
