package org.vmstate.parser.container;

import java.io.IOException;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.XenDeviceModelRecord;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/** Device state as Xen kept it before libxl streams: a line of text, a length, the stream. */
record DeviceModelRecord() implements Holder.Kind {
  /** {@code DeviceMo}, the start of its line. */
  private static final long MAGIC = 0x44657669L;

  private static final long MAGIC_REST = 0x63654d6fL;

  @Override
  public boolean isOne(ByteSource file) throws IOException {
    return file.peek32(0) == MAGIC && file.peek32(4) == MAGIC_REST;
  }

  @Override
  public Holder open(ByteSource file) throws IOException {
    long length =
        SpecReader.read(file, "device model", Reason.HOLDER_DAMAGED, XenDeviceModelRecord::new)
            .lenState();
    long at = file.position();
    file.skip(length);
    return Holder.of(
        "device state in a Xen device model record, whose memory is elsewhere",
        file,
        new ByteRange(at, at + length));
  }
}
