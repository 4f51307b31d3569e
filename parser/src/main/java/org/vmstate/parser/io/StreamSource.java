package org.vmstate.parser.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.rule.Reason;

/** A pipe or an decompressed stream: forward only, with a window of 128 KiB. */
public final class StreamSource extends ByteSource {
  private static final int CAPACITY = 128 << 10;
  private static final int FIRST_FILL = 8 << 10;
  private static final int SPOOL_IN_MEMORY = 8 << 20;

  private final InputStream in;
  private final boolean live;
  private boolean ended;
  private long held = -1;

  /** Reads from a stream, whose first byte has offset 0. */
  public StreamSource(InputStream in, StructurePath path) {
    this(in, path, false);
  }

  private StreamSource(InputStream in, StructurePath path, boolean live) {
    super(path);
    this.in = in;
    this.live = live;
    this.window = ByteBuffer.allocate(CAPACITY).limit(0);
  }

  /** Reads from a connection: never waits for more bytes than are asked for. */
  public static StreamSource live(InputStream in, StructurePath path) {
    return new StreamSource(in, path, true);
  }

  @Override
  public boolean isSeekable() {
    return false;
  }

  @Override
  public long origin() {
    return position();
  }

  @Override
  public long length() {
    return ended ? windowStart + window.limit() : -1;
  }

  @Override
  public void seek(long offset) throws IOException {
    if (offset >= windowStart && offset - windowStart <= window.limit()) {
      window.position((int) (offset - windowStart));
      return;
    }
    if (offset < position()) {
      throw unsupported(Reason.NOT_SEEKABLE, "seek: this input can only be read forward", offset);
    }
    while (position() < offset) {
      if (!has(1)) {
        throw new TruncatedDataException(
            Reason.DATA_ENDS,
            "data: expected bytes up to 0x" + Long.toHexString(offset) + ", found the end",
            position(),
            path().toString());
      }
      int n = (int) Math.min(offset - position(), window.remaining());
      window.position(window.position() + n);
    }
  }

  @Override
  protected boolean fill(int count) throws IOException {
    if (!ended) {
      int start = held < 0 ? window.position() : (int) (held - windowStart);
      int position = window.position() - start;
      int limit = window.limit() - start;
      byte[] array = window.array();
      // the head of an image is short; decompressing more than it takes time
      boolean head = windowStart == 0 && window.limit() == 0;
      int wanted = position + Math.max(count, head ? FIRST_FILL : CAPACITY);
      byte[] target = wanted > array.length ? new byte[wanted * 2] : array;
      if (start > 0 || target != array) {
        System.arraycopy(array, start, target, 0, limit);
      }
      while (limit < wanted) {
        int n = in.read(target, limit, wanted - limit);
        if (n < 0) {
          ended = true;
          break;
        }
        limit += n;
        if (live && limit - position >= count) {
          break;
        }
      }
      windowStart += start;
      window = ByteBuffer.wrap(target).limit(limit).position(position);
    }
    return window.remaining() >= count;
  }

  @Override
  public void hold(long offset) {
    held = offset;
  }

  @Override
  public void release() {
    held = -1;
  }

  @Override
  public void copy(long offset, ByteBuffer target) throws IOException {
    long end = windowStart + window.limit();
    if (offset < windowStart || target.remaining() > end - offset) {
      super.copy(offset, target);
    }
    int count = target.remaining();
    target.put(window.array(), (int) (offset - windowStart), count);
  }

  @Override
  public ByteSource seekable() throws IOException {
    long origin = position();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (head.size() < SPOOL_IN_MEMORY && has(1)) {
      head.write(window.array(), window.position(), window.remaining());
      window.position(window.limit());
    }
    if (!has(1)) {
      in.close();
      return new HeapSource(head.toByteArray(), origin, path());
    }
    // the stream once, so that what it takes is bounded by what is read
    TemporaryFile spool = TemporaryFile.create(".spool");
    try {
      spool.append(ByteBuffer.wrap(head.toByteArray()));
      while (has(1)) {
        spool.append(window);
      }
      in.close();
      ByteSource result = spool.source(origin, path());
      closeWith(result);
      return result;
    } catch (IOException | RuntimeException | Error e) {
      spool.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      super.close();
    } finally {
      in.close();
    }
  }
}
