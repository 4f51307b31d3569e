package org.vmstate.parser.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.rule.Reason;

/** A source whose length is known and all of whose bytes are in reach. */
abstract class SeekableSource extends ByteSource {
  SeekableSource(StructurePath path) {
    super(path);
  }

  @Override
  public final boolean isSeekable() {
    return true;
  }

  @Override
  public final ByteSource seekable() {
    return this;
  }

  /** Refuses an offset at which no byte is, nor the end. */
  final void requireInside(long offset) throws MalformedDataException {
    if (offset < origin() || offset > length()) {
      throw malformed(
          Reason.OFFSET_OUTSIDE, "offset: expected one inside the image, found " + offset, offset);
    }
  }

  /** Refuses to copy more than there is. */
  final void requireBytes(long offset, ByteBuffer target) throws TruncatedDataException {
    if (offset < origin() || target.remaining() > length() - offset) {
      throw new TruncatedDataException(
          Reason.DATA_ENDS,
          "data: expected " + target.remaining() + " bytes, found the end",
          offset,
          path().toString());
    }
  }

  /** Moves the cursor inside the window, or empties it. */
  final void seekByWindow(long offset) throws IOException {
    requireInside(offset);
    if (offset >= windowStart && offset - windowStart <= window.limit()) {
      window.position((int) (offset - windowStart));
    } else {
      empty(offset);
    }
  }

  /** Moves the cursor and forgets what was in reach: its buffer may be filled with other bytes. */
  final void empty(long offset) {
    window = ByteBuffer.allocate(0);
    windowStart = offset;
  }
}
