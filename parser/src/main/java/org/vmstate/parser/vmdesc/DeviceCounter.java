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
  private static final byte[] MEMBER = "\"instance_id\"".getBytes(StandardCharsets.US_ASCII);

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
    // a colon is rarer than a quotation mark
    for (int at = MEMBER.length; at < bytes.length; at++) {
      if (bytes[at] == ':') {
        // QEMU before 6.0 puts a blank in front
        int end = bytes[at - 1] == ' ' ? at - 1 : at;
        int start = end - MEMBER.length;
        if (start >= 0 && Arrays.equals(bytes, start, end, MEMBER, 0, MEMBER.length)) {
          count++;
        }
      }
    }
    return count;
  }
}
