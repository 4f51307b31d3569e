package org.vmstate.parser.container;

import java.io.IOException;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.XenLibxlRecord;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * A stream of Xen's libxl, which has the emulator's device state in a record. Source: Xen
 * tools/libs/light/libxl_sr_stream_format.h.
 */
record LibxlStream() implements Holder.Kind {
  /** {@code LibxlFmt}. */
  private static final long MAGIC = 0x4c696278L;

  private static final long MAGIC_REST = 0x6c466d74L;

  /** Option: its records are big-endian. */
  private static final int BIG_ENDIAN = 1;

  /** Type of the record that the guest's memory follows, in a form of its own. */
  private static final int LIBXC_CONTEXT = 1;

  /** Type of the last record of memory. */
  private static final int END = 0;

  /** Type of the record that holds the emulator's stream. */
  private static final int EMULATOR_CONTEXT = 3;

  /** Bytes in front of that stream: which emulator, and a number. */
  private static final int EMULATOR_HEAD = 8;

  /** Which emulator it is when that is QEMU; 1 is the old one of Xen. */
  private static final int QEMU = 2;

  private static final int RECORD_HEADER = 8;
  private static final int ALIGN = 8;

  @Override
  public boolean isOne(ByteSource file) throws IOException {
    return file.peek32(0) == MAGIC && file.peek32(4) == MAGIC_REST;
  }

  @Override
  public Holder open(ByteSource file) throws IOException {
    XenLibxlRecord.StreamHeader header =
        SpecReader.read(file, "libxl", Reason.HOLDER_DAMAGED, XenLibxlRecord.StreamHeader::new);
    if ((header.options() & BIG_ENDIAN) != 0) {
      throw file.unsupported(
          Reason.HOLDER_UNSUPPORTED, "libxl stream: expected little-endian records", 12);
    }
    while (file.has(RECORD_HEADER)) {
      XenLibxlRecord.Record record = record(file);
      long body = file.position();
      long length = record.lenBody();
      if (record.type() == EMULATOR_CONTEXT && length >= EMULATOR_HEAD) {
        long emulator = Integer.toUnsignedLong(Integer.reverseBytes((int) file.peek32(0)));
        if (emulator != QEMU) {
          throw file.unsupported(
              Reason.HOLDER_UNSUPPORTED,
              "libxl stream: emulator: expected 2 (QEMU), found " + emulator,
              body);
        }
        file.skip(length);
        return Holder.of(
            "device state in a Xen libxl stream, whose memory is elsewhere",
            file,
            new ByteRange(body + EMULATOR_HEAD, body + length));
      }
      skipBody(file, record);
      if (record.type() == LIBXC_CONTEXT) {
        passMemory(file);
      }
    }
    throw file.unsupported(
        Reason.HOLDER_UNSUPPORTED,
        "libxl stream: expected an emulator's context in it, found none",
        file.position());
  }

  private static void passMemory(ByteSource file) throws IOException {
    long start = file.position();
    XenLibxlRecord.LibxcHeader header =
        SpecReader.read(file, "libxc", Reason.HOLDER_DAMAGED, XenLibxlRecord.LibxcHeader::new);
    if ((header.image().options() & BIG_ENDIAN) != 0) {
      throw file.unsupported(
          Reason.HOLDER_UNSUPPORTED, "libxc stream: expected little-endian records", start);
    }
    XenLibxlRecord.Record record;
    do {
      record = record(file);
      skipBody(file, record);
    } while (record.type() != END);
  }

  private static XenLibxlRecord.Record record(ByteSource file) throws IOException {
    return SpecReader.read(file, "record", Reason.HOLDER_DAMAGED, XenLibxlRecord.Record::new);
  }

  private static void skipBody(ByteSource file, XenLibxlRecord.Record record) throws IOException {
    file.skip((record.lenBody() + ALIGN - 1) / ALIGN * ALIGN);
  }
}
