package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;

/**
 * s390 storage attributes: be64 words of an address and flags. Source: QEMU 10.0
 * hw/s390x/s390-stattrib.c.
 */
final class StorageAttributesPayload implements SelfDelimited {
  private static final long FLAGS = 0xfff;
  private static final int EOS = 0x01;
  private static final int MORE = 0x02;
  private static final int DONE = 0x08;
  private static final int FOOTER = 0x7e;

  @Override
  public void skip(ByteSource source, int recordType) throws IOException {
    boolean done = false;
    while (true) {
      if (done && source.peek() == FOOTER) {
        // older streams end with DONE
        return;
      }
      long at = source.position();
      int flags = (int) (source.be64() & FLAGS);
      switch (flags) {
        case EOS -> {
          return;
        }
        case DONE -> done = true;
        case MORE ->
            source.skip(
                source.offset64("storage attributes count", Reason.STORAGE_ATTRIBUTES_COUNT));
        default ->
            throw source.malformed(
                Reason.STORAGE_ATTRIBUTES_FLAGS,
                "storage attributes: expected flags 1, 2 or 8, found " + flags,
                at);
      }
    }
  }
}
