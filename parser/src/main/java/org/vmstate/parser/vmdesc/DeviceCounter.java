package org.vmstate.parser.vmdesc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vmstate.formats.ByteRange;
import org.vmstate.parser.io.ByteSource;

/**
 * Counts the devices of a description without parsing it: only a device has the member {@code
 * instance_id}, and as a value that text would not be followed by a colon.
 */
public final class DeviceCounter {
  private static final byte[] MEMBER = "\"instance_id\":".getBytes(StandardCharsets.US_ASCII);

  private DeviceCounter() {}

  /**
   * Counts devices.
   *
   * @param text range of the JSON text, at most 2 GiB
   */
  public static int count(ByteSource source, ByteRange text) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) text.length());
    source.copy(text.start(), buffer);
    byte[] bytes = buffer.array();
    int count = 0;
    int last = MEMBER.length - 1;
    // a colon is rarer than a quotation mark
    for (int at = last; at < bytes.length; at++) {
      if (bytes[at] == ':' && Arrays.equals(bytes, at - last, at + 1, MEMBER, 0, MEMBER.length)) {
        count++;
      }
    }
    return count;
  }
}
