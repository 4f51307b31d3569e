package org.vmstate.parser.container;

import java.io.IOException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.XenXlSave;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * What {@code xl save} writes: a header, the domain's configuration and a libxl stream. Source: Xen
 * tools/xl/xl.h.
 */
record XlSave() implements Holder.Kind {
  /** {@code Xen save}, as in {@code Xen saved domain}. */
  private static final long MAGIC = 0x58656e20L;

  private static final long MAGIC_REST = 0x73617665L;
  private static final long LITTLE_ENDIAN = 0x01020304L;
  private static final int STREAM_V2 = 2;

  @Override
  public boolean isOne(ByteSource file) throws IOException {
    return file.peek32(0) == MAGIC && file.peek32(4) == MAGIC_REST;
  }

  @Override
  public Holder open(ByteSource file) throws IOException {
    long start = file.position();
    XenXlSave header = SpecReader.read(file, "xl", Reason.HOLDER_DAMAGED, XenXlSave::new);
    if (header.byteOrder() != LITTLE_ENDIAN || (header.mandatoryFlags() & STREAM_V2) == 0) {
      throw file.unsupported(
          Reason.HOLDER_UNSUPPORTED,
          "domain saved by xl: expected a little-endian stream of Xen 4.6 or later",
          start);
    }
    file.skip(header.lenConfig());
    LibxlStream stream = new LibxlStream();
    if (!stream.isOne(file)) {
      throw file.malformed(
          Reason.HOLDER_DAMAGED,
          "domain saved by xl: expected a libxl stream, found other bytes",
          file.position());
    }
    return new Holder(
        "device state in a domain saved by xl, whose memory is in Xen's own form",
        stream.open(file).state());
  }
}
