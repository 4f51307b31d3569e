package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;

/**
 * Block migration, removed in QEMU 9.1: be64 words of a sector and flags. Source: QEMU 9.0
 * migration/block.c.
 */
final class BlockPayload implements SelfDelimited {
  private static final int FLAGS = 0x1ff;
  private static final int DEVICE_BLOCK = 0x01;
  private static final int EOS = 0x02;
  private static final int PROGRESS = 0x04;
  private static final int ZERO_BLOCK = 0x08;
  private static final int BLOCK_SIZE = 1 << 20;

  @Override
  public void skip(ByteSource source, int recordType) throws IOException {
    while (true) {
      long at = source.position();
      int flags = (int) (source.be64() & FLAGS);
      if ((flags & DEVICE_BLOCK) != 0) {
        source.skip(source.u8());
        if ((flags & ZERO_BLOCK) == 0) {
          source.skip(BLOCK_SIZE);
        }
      } else if ((flags & EOS) != 0) {
        return;
      } else if ((flags & PROGRESS) == 0) {
        throw source.malformed(
            Reason.BLOCK_WORD,
            "block word: expected flags 1, 2 or 4, found 0x" + Integer.toHexString(flags),
            at);
      }
    }
  }
}
