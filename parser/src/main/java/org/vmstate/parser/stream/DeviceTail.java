package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.parser.io.ByteSource;

/**
 * Finds the device sections after the memory by counting back from the description, which tells the
 * length of each. A section whose header or footer is not where it should be ends the count.
 */
final class DeviceTail {
  /** Marker, length of the name, version. */
  private static final int SUBSECTION = 6;

  private final ByteSource source;

  private DeviceTail(ByteSource source) {
    this.source = source;
  }

  /**
   * Returns the offset of the first device section after the memory.
   *
   * @param lowest where such sections can begin at the earliest
   * @param end offset of the end mark
   * @param seen tells the devices whose sections came before the memory
   */
  static OptionalLong find(
      ByteSource source,
      List<DeviceDesc> devices,
      long lowest,
      long end,
      Predicate<DeviceDesc> seen)
      throws IOException {
    DeviceTail tail = new DeviceTail(source);
    int left = devices.size();
    long at = end;
    while (left > 0) {
      long start = tail.start(devices.get(left - 1), at, lowest);
      if (start < 0) {
        break;
      }
      at = start;
      left--;
    }
    boolean complete = left < devices.size() && devices.subList(0, left).stream().allMatch(seen);
    return complete ? OptionalLong.of(at) : OptionalLong.empty();
  }

  private long start(DeviceDesc device, long end, long lowest) throws IOException {
    byte[] name = device.name().getBytes(StandardCharsets.ISO_8859_1);
    int head = StreamFormat.NAME_AT + 1 + name.length + StreamFormat.AFTER_NAME;
    long payload = length(device.state(), end - lowest);
    long start = end - StreamFormat.REF_LENGTH - payload - head;
    if (payload < 0 || start < lowest) {
      return -1;
    }
    ByteBuffer header = read(start, head);
    ByteBuffer footer = read(end - StreamFormat.REF_LENGTH, StreamFormat.REF_LENGTH);
    boolean fits =
        header.get() == StreamFormat.SECTION_FULL
            && footer.get() == StreamFormat.SECTION_FOOTER
            && header.getInt() == footer.getInt()
            && (header.get() & 0xff) == name.length;
    for (int i = 0; fits && i < name.length; i++) {
      fits = header.get() == name[i];
    }
    return fits && (header.getInt() & 0xffffffffL) == device.instance() ? start : -1;
  }

  private ByteBuffer read(long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    source.copy(offset, bytes);
    return bytes.flip();
  }

  /** Returns how many bytes a description stands for, -1 when they are more than there are. */
  private static long length(StateDesc state, long most) {
    long sum = 0;
    for (FieldDesc field : state.fields()) {
      // divided, because a product may be more than 2^63
      if (field.size() < 0 || field.count() > 0 && field.size() > (most - sum) / field.count()) {
        return -1;
      }
      sum += field.size() * field.count();
    }
    for (StateDesc subsection : state.subsections()) {
      long more = length(subsection, most - sum);
      sum += SUBSECTION + subsection.name().length() + more;
      if (more < 0 || sum > most) {
        return -1;
      }
    }
    return sum;
  }
}
