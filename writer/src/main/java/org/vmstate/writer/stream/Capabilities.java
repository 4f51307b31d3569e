package org.vmstate.writer.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.event.Subsection;
import org.vmstate.formats.stream.StreamFormat;

/** Puts a capability list into the configuration. Source: QEMU 10.0 migration/savevm.c. */
public final class Capabilities {
  private Capabilities() {}

  /**
   * Returns the subsections with another capability list, which stands between page bits and UUID
   * where there was none; an empty list has no subsection.
   *
   * @param names capabilities in the order of QEMU's enumeration
   */
  public static List<Subsection> replace(List<Subsection> subsections, List<String> names) {
    List<Subsection> result = new ArrayList<>();
    int place = 0;
    for (Subsection subsection : subsections) {
      if (!subsection.name().equals(StreamFormat.CAPABILITIES)) {
        result.add(subsection);
      }
      if (subsection.name().equals(StreamFormat.TARGET_PAGE_BITS)) {
        place = result.size();
      }
    }
    Optional<Subsection> list = subsection(names);
    if (list.isPresent()) {
      result.add(place, list.get());
    }
    return result;
  }

  private static Optional<Subsection> subsection(List<String> names) {
    if (names.isEmpty()) {
      return Optional.empty();
    }
    int length = Integer.BYTES + names.stream().mapToInt(n -> 1 + n.length()).sum();
    ByteBuffer payload = ByteBuffer.allocate(length).putInt(names.size());
    for (String name : names) {
      payload.put((byte) name.length()).put(name.getBytes(StandardCharsets.ISO_8859_1));
    }
    return Optional.of(new Subsection(StreamFormat.CAPABILITIES, 1, payload.array()));
  }
}
