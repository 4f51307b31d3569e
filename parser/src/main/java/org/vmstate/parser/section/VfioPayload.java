package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;

/**
 * VFIO device data: be64 tags. The configuration part has no length, so it stays unknown to this
 * grammar. Source: QEMU 10.0 hw/vfio/migration.c.
 */
final class VfioPayload implements SelfDelimited {
  private static final long END_OF_STATE = 0xffffffffef100001L;
  private static final long DEV_SETUP_STATE = 0xffffffffef100003L;
  private static final long DEV_DATA_STATE = 0xffffffffef100004L;
  private static final long INIT_DATA_SENT = 0xffffffffef100005L;

  @Override
  public void skip(ByteSource source, int recordType) throws IOException {
    while (true) {
      long at = source.position();
      long tag = source.be64();
      if (tag == END_OF_STATE || tag == INIT_DATA_SENT) {
        return;
      }
      if (tag == DEV_DATA_STATE) {
        source.skip(source.offset64("vfio data size", Reason.VFIO_SIZE));
      } else if (tag != DEV_SETUP_STATE) {
        throw source.malformed(
            Reason.VFIO_TAG,
            "vfio tag: expected a known one, found 0x" + Long.toHexString(tag),
            at);
      }
    }
  }
}
