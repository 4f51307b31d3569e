package org.vmstate.parser.section;

import java.io.IOException;
import org.vmstate.formats.device.StorageWordFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.ByteSource;

/**
 * s390 storage attributes: be64 words of an address and flags. Source: QEMU 10.0
 * hw/s390x/s390-stattrib.c.
 */
final class StorageAttributesPayload implements SelfDelimited {

  @Override
  public void skip(ByteSource source, int recordType) throws IOException {
    boolean done = false;
    while (true) {
      if (done && source.peek() == StreamFormat.SECTION_FOOTER) {
        // older streams end with DONE
        return;
      }
      long at = source.position();
      int flags = (int) (source.be64() & StorageWordFormat.FLAGS);
      switch (flags) {
        case StorageWordFormat.EOS -> {
          return;
        }
        case StorageWordFormat.DONE -> done = true;
        case StorageWordFormat.MORE ->
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
