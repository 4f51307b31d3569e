package org.vmstate.parser.container;

import java.io.IOException;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.container.HolderFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.XemuPrefix;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/** What xemu puts in front of a stream: the disc's path, its title and a picture. */
final class XemuState {
  private XemuState() {}

  static boolean isOne(ByteSource file) throws IOException {
    return file.peek32(0) == HolderFormat.XEMU;
  }

  static Holder open(ByteSource file) throws IOException {
    long length = SpecReader.read(file, "xemu", Reason.HOLDER_DAMAGED, XemuPrefix::new).lenData();
    long at = file.position();
    if (length > file.length() - at) {
      throw file.malformed(
          Reason.HOLDER_DAMAGED,
          "xemu prefix: expected it to end inside the file, found " + length + " bytes",
          at);
    }
    return Holder.of("state saved by xemu", file, new ByteRange(at + length, file.length()));
  }
}
