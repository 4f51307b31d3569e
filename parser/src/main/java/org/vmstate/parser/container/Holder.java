package org.vmstate.parser.container;

import java.io.IOException;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.container.HolderFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.XemuPrefix;
import org.vmstate.formats.spec.XenLibxlRecord;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * Another program's file, or its own bytes in front, around a QEMU stream.
 *
 * @param label what it is, for people
 * @param stream where the stream lies
 */
public record Holder(String label, ByteRange stream) {

  /** Tells whether one starts at the cursor. */
  static boolean isOne(ByteSource file) throws IOException {
    long first = file.peek32(0);
    return first == HolderFormat.XEMU
        || first == HolderFormat.LIBXL && file.peek32(4) == HolderFormat.LIBXL_REST;
  }

  /** Finds the stream in one that starts at the cursor, in a source in which seeking works. */
  static Holder find(ByteSource file) throws IOException {
    long start = file.position();
    Holder found = file.peek32(0) == HolderFormat.XEMU ? xemu(file) : libxl(file);
    file.seek(start);
    return found;
  }

  private static Holder xemu(ByteSource file) throws IOException {
    long length = SpecReader.read(file, "xemu", Reason.HOLDER_DAMAGED, XemuPrefix::new).lenData();
    if (length > file.length() - file.position()) {
      throw file.malformed(
          Reason.HOLDER_DAMAGED,
          "xemu prefix: expected it to end inside the file, found " + length + " bytes",
          file.position());
    }
    return new Holder(
        "state saved by xemu", new ByteRange(file.position() + length, file.length()));
  }

  private static Holder libxl(ByteSource file) throws IOException {
    XenLibxlRecord.StreamHeader header =
        SpecReader.read(file, "libxl", Reason.HOLDER_DAMAGED, XenLibxlRecord.StreamHeader::new);
    if ((header.options() & HolderFormat.LIBXL_BIG_ENDIAN) != 0) {
      throw file.unsupported(
          Reason.HOLDER_UNSUPPORTED, "libxl stream: expected little-endian records", 12);
    }
    while (file.has(8)) {
      XenLibxlRecord.Record record =
          SpecReader.read(file, "record", Reason.HOLDER_DAMAGED, XenLibxlRecord.Record::new);
      long body = file.position();
      long length = record.lenBody();
      if (record.type() == HolderFormat.EMULATOR_CONTEXT && length >= HolderFormat.EMULATOR_HEAD) {
        file.skip(length);
        return new Holder(
            "device state in a Xen libxl stream, whose memory is elsewhere",
            new ByteRange(body + HolderFormat.EMULATOR_HEAD, body + length));
      }
      file.skip((length + 7) / 8 * 8);
    }
    throw file.unsupported(
        Reason.HOLDER_UNSUPPORTED,
        "libxl stream: expected an emulator's context in it, found none",
        file.position());
  }
}
