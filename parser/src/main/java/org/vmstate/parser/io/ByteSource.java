package org.vmstate.parser.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;

/**
 * A cursor over the bytes of an image. All multi-byte reads are big-endian. Reading past the end
 * throws {@link TruncatedDataException} with the offset and the path.
 *
 * <p>Not thread-safe. Offsets are absolute in what the source stands for: the file, or the
 * decompressed stream.
 */
public abstract class ByteSource implements Closeable, SourceBytes {
  private final StructurePath path;

  /** What is in reach without I/O; its position is the cursor. Big-endian. */
  protected ByteBuffer window = ByteBuffer.allocate(0);

  /** Offset of the window's index 0. */
  protected long windowStart;

  /** What this source made of itself, and what therefore ends with it. */
  private final List<Closeable> owned = new ArrayList<>(0);

  ByteSource(StructurePath path) {
    this.path = path;
  }

  /** Returns the path that errors name; parsers push and pop its parts. */
  public final StructurePath path() {
    return path;
  }

  @Override
  public final String place() {
    return path.toString();
  }

  /** Returns the offset of the next byte. */
  public final long position() {
    return windowStart + window.position();
  }

  /** Reports whether {@link #seek} works backwards and {@link #length} is known. */
  @Override
  public abstract boolean isSeekable();

  /** Returns the lowest offset to which {@link #seek} and {@link #copy} reach. */
  @Override
  public abstract long origin();

  /** Returns the offset after the last byte, or -1 while it is not known. */
  @Override
  public abstract long length();

  /**
   * Moves the cursor.
   *
   * @param offset new offset; on a stream not before {@link #position}
   */
  public abstract void seek(long offset) throws IOException;

  /**
   * Brings bytes into the window.
   *
   * @param count bytes wanted after the cursor, at most 64 KiB
   * @return false when the source ends before
   */
  protected abstract boolean fill(int count) throws IOException;

  /** Reports whether the given number of bytes, at most 64 KiB, is left. */
  public final boolean has(int count) throws IOException {
    return window.remaining() >= count || fill(count);
  }

  /** Returns how many bytes can be read without I/O. */
  public final int buffered() {
    return window.remaining();
  }

  /** Reports whether all bytes were read. */
  public final boolean atEnd() throws IOException {
    return !has(1);
  }

  private void need(int count) throws IOException {
    if (window.remaining() < count && !fill(count)) {
      throw truncated(count);
    }
  }

  private TruncatedDataException truncated(long count) {
    return new TruncatedDataException(
        Reason.DATA_ENDS,
        "data: expected " + count + " more bytes, found the end",
        position(),
        path.toString());
  }

  /** Reads an unsigned byte. */
  public final int u8() throws IOException {
    need(1);
    return window.get() & 0xff;
  }

  /** Reads an unsigned 16-bit integer. */
  public final int be16() throws IOException {
    need(2);
    return window.getShort() & 0xffff;
  }

  /** Reads an unsigned 32-bit integer. */
  public final long be32() throws IOException {
    need(4);
    return window.getInt() & 0xffffffffL;
  }

  /** Reads a 64-bit integer; values of 2^63 and above come out negative. */
  public final long be64() throws IOException {
    need(8);
    return window.getLong();
  }

  /** Reads a 64-bit length or offset and refuses values of 2^63 and above, for a reason. */
  public final long offset64(String what, Reason reason) throws IOException {
    long at = position();
    long value = be64();
    if (value < 0) {
      throw new MalformedDataException(
          reason,
          what + ": expected less than 2^63, found 0x" + Long.toHexString(value),
          at,
          path.toString());
    }
    return value;
  }

  /** Returns the next byte without reading it, or -1 at the end. */
  public final int peek() throws IOException {
    return has(1) ? window.get(window.position()) & 0xff : -1;
  }

  /** Returns a byte further on without reading it, or -1 when the source ends before. */
  public final int peek(int ahead) throws IOException {
    return has(ahead + 1) ? window.get(window.position() + ahead) & 0xff : -1;
  }

  /** Returns the 32-bit integer that starts the given number of bytes ahead, or -1. */
  public final long peek32(int ahead) throws IOException {
    return has(ahead + 4) ? window.getInt(window.position() + ahead) & 0xffffffffL : -1;
  }

  /** Returns the next 64-bit integer without reading it; the caller checked {@link #has}. */
  public final long peek64(int ahead) {
    return window.getLong(window.position() + ahead);
  }

  /** Reads bytes. The array grows only as far as there is data. */
  public final byte[] bytes(long count, int limit, String what) throws IOException {
    if (count > limit) {
      throw new LimitExceededException(
          Reason.FIELD_TOO_LONG,
          what + ": " + count + " bytes, the limit is " + limit,
          position(),
          path.toString());
    }
    if (length() >= 0 && count > length() - position()) {
      throw truncated(count);
    }
    byte[] result = new byte[(int) Math.min(count, 1 << 16)];
    int done = 0;
    while (done < count) {
      if (done == result.length) {
        result = Arrays.copyOf(result, (int) Math.min(count, result.length * 4L));
      }
      need(1);
      int n = Math.min(result.length - done, window.remaining());
      window.get(result, done, n);
      done += n;
    }
    return result;
  }

  /**
   * Reads what is there, for a consumer that decompresses.
   *
   * @return number of bytes read, or -1 at the end
   */
  public final int readSome(byte[] target, int from, int length) throws IOException {
    if (!has(1)) {
      return -1;
    }
    int n = Math.min(length, window.remaining());
    window.get(target, from, n);
    return n;
  }

  /** Reads a length byte and that many characters, each char one byte. */
  public final String shortString() throws IOException {
    return latin1(bytes(u8(), 255, "name"));
  }

  /** Turns bytes into characters one by one. */
  public static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Passes over bytes, all of which must be there. */
  public void skip(long count) throws IOException {
    if (count <= window.remaining()) {
      window.position(window.position() + (int) count);
      return;
    }
    if (length() >= 0) {
      if (count > length() - position()) {
        throw truncated(count);
      }
      seek(position() + count);
      return;
    }
    long left = count;
    while (left > 0) {
      need(1);
      int n = (int) Math.min(left, window.remaining());
      window.position(window.position() + n);
      left -= n;
    }
  }

  /** Passes over all that is left. */
  public final void skipToEnd() throws IOException {
    while (has(1)) {
      window.position(window.limit());
    }
  }

  /**
   * Passes over records of equal length whose first 64-bit words form an arithmetic series, as far
   * as they are in the window.
   *
   * @param word first word of the next record
   * @param increment difference from word to word
   * @param stride length of a record in bytes, at least 8
   * @param last value that the last byte of each record must have, or -1 for any
   * @param most most records to pass over
   * @return number of records passed over; when it is not 0, more may follow
   */
  public final long skipSeries(long word, long increment, int stride, int last, long most) {
    int at = window.position();
    int limit = window.limit() - stride;
    long expected = word;
    long count = 0;
    while (at <= limit
        && count < most
        && window.getLong(at) == expected
        && (last < 0 || (window.get(at + stride - 1) & 0xff) == last)) {
      at += stride;
      expected += increment;
      count++;
    }
    window.position(at);
    return count;
  }

  /**
   * Keeps the bytes from an offset on in reach of {@link #copy}, on sources that otherwise forget
   * what was read. What is held is in memory, so that it has to be released soon.
   */
  public void hold(long offset) {}

  /** Ends what {@link #hold} began. */
  public void release() {}

  /**
   * Copies bytes from anywhere in a seekable source, or from what is held of another; the cursor
   * does not move.
   */
  @Override
  public void copy(long offset, ByteBuffer target) throws IOException {
    throw new UnsupportedFeatureException(
        Reason.NOT_SEEKABLE,
        "random access: the input can only be read forward",
        offset,
        path.toString());
  }

  /**
   * Copies pieces that lie at equal distances, one after the other.
   *
   * @param size length of a piece in bytes
   * @param stride distance from one piece's start to the next
   */
  @Override
  public void copySeries(long offset, int size, long stride, long count, ByteBuffer target)
      throws IOException {
    for (long i = 0; i < count; i++) {
      target.limit(target.position() + size);
      copy(offset + i * stride, target);
    }
  }

  /**
   * Returns a source for the bytes that follow, in which seeking works; this one must not be used
   * any more, but closed: then the returned one is closed, too, if it was not before. A stream is
   * read to its end into memory, or into a temporary file when it is long.
   */
  public abstract ByteSource seekable() throws IOException;

  /** Hands over something that is to be closed with this source, and may be closed before. */
  public final void closeWith(Closeable other) {
    owned.add(other);
  }

  /** Closes what depends on this source, the last first, and then the source. */
  @Override
  public void close() throws IOException {
    closeOwned(owned.size());
  }

  /** Closes all, whatever becomes of one of them. */
  private void closeOwned(int count) throws IOException {
    if (count > 0) {
      try {
        owned.get(count - 1).close();
      } finally {
        closeOwned(count - 1);
      }
    }
  }

  /** Builds the error for bytes that contradict the format, at a given offset. */
  public final MalformedDataException malformed(Reason reason, String words, long at) {
    return malformed(reason, words, at, Facts.NONE);
  }

  /** Builds the error for bytes that contradict the format, with what a loader says of them. */
  public final MalformedDataException malformed(Reason reason, String words, long at, Facts facts) {
    return new MalformedDataException(problem(reason, words, at, facts));
  }

  /** Builds the error for something that is not read by this version. */
  public final UnsupportedFeatureException unsupported(Reason reason, String words, long at) {
    return unsupported(reason, words, at, Facts.NONE);
  }

  /** Builds the error for something that is not read, with what a loader says of it. */
  public final UnsupportedFeatureException unsupported(
      Reason reason, String words, long at, Facts facts) {
    return new UnsupportedFeatureException(problem(reason, words, at, facts));
  }

  /** Builds the error for a structure that wants too much memory. */
  public final LimitExceededException limitExceeded(Reason reason, String words, long at) {
    return new LimitExceededException(problem(reason, words, at, Facts.NONE));
  }

  /** Builds a problem at the path of the moment. */
  public final Problem problem(Reason reason, String words, long at, Facts facts) {
    return Problem.of(reason, words, at, path.toString(), facts);
  }
}
