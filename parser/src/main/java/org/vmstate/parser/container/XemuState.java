package org.vmstate.parser.container;

import java.io.IOException;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.XemuPrefix;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * What xemu puts in front of a stream: the disc's path, its title and a picture. Source: xemu
 * xemu-snapshots.c.
 */
record XemuState() implements Holder.Kind {
  /** {@code xemu}. */
  private static final long MAGIC = 0x78656d75L;

  @Override
  public boolean isOne(ByteSource file) throws IOException {
    return file.peek32(0) == MAGIC;
  }

  /** Returns how many bytes are in front of the stream that follows the cursor. */
  long front(ByteSource file) throws IOException {
    long start = file.position();
    long length = SpecReader.read(file, "xemu", Reason.HOLDER_DAMAGED, XemuPrefix::new).lenData();
    long at = file.position();
    if (length > file.length() - at) {
      throw file.malformed(
          Reason.HOLDER_DAMAGED,
          "xemu prefix: expected it to end inside the file, found " + length + " bytes",
          at);
    }
    file.seek(start);
    return at + length - start;
  }

  @Override
  public Holder open(ByteSource file) throws IOException {
    long stream = file.position() + front(file);
    return Holder.of("state saved by xemu", file, new ByteRange(stream, file.length()));
  }
}
