package org.vmstate.parser.container;

import java.io.IOException;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.container.HolderFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.XenLibxlRecord;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/** A stream of Xen's libxl, which has the emulator's device state in a record. */
final class LibxlStream {
  private static final int RECORD_HEADER = 8;
  private static final int ALIGN = 8;

  private LibxlStream() {}

  static boolean isOne(ByteSource file) throws IOException {
    return file.peek32(0) == HolderFormat.LIBXL && file.peek32(4) == HolderFormat.LIBXL_REST;
  }

  static Holder open(ByteSource file) throws IOException {
    XenLibxlRecord.StreamHeader header =
        SpecReader.read(file, "libxl", Reason.HOLDER_DAMAGED, XenLibxlRecord.StreamHeader::new);
    if ((header.options() & HolderFormat.LIBXL_BIG_ENDIAN) != 0) {
      throw file.unsupported(
          Reason.HOLDER_UNSUPPORTED, "libxl stream: expected little-endian records", 12);
    }
    while (file.has(RECORD_HEADER)) {
      XenLibxlRecord.Record record =
          SpecReader.read(file, "record", Reason.HOLDER_DAMAGED, XenLibxlRecord.Record::new);
      long body = file.position();
      long length = record.lenBody();
      if (record.type() == HolderFormat.EMULATOR_CONTEXT && length >= HolderFormat.EMULATOR_HEAD) {
        long emulator = Integer.toUnsignedLong(Integer.reverseBytes((int) file.peek32(0)));
        if (emulator != HolderFormat.QEMU) {
          throw file.unsupported(
              Reason.HOLDER_UNSUPPORTED,
              "libxl stream: emulator: expected 2 (QEMU), found " + emulator,
              body);
        }
        file.skip(length);
        return Holder.of(
            "device state in a Xen libxl stream, whose memory is elsewhere",
            file,
            new ByteRange(body + HolderFormat.EMULATOR_HEAD, body + length));
      }
      file.skip((length + ALIGN - 1) / ALIGN * ALIGN);
    }
    throw file.unsupported(
        Reason.HOLDER_UNSUPPORTED,
        "libxl stream: expected an emulator's context in it, found none",
        file.position());
  }
}
