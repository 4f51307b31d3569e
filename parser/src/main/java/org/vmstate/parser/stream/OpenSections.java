package org.vmstate.parser.stream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.stream.StreamFormat;

/**
 * The iterables that have a START and no END yet. A writer ends each before the end mark; only a
 * background snapshot ends none, and it has its devices after the last PART (QEMU 10.0
 * migration/migration.c). Anything else that seems to end there is a stream in which zeros were
 * written over records, and which was cut at one of them: the zero is taken for the end mark.
 */
final class OpenSections {
  private final Map<StreamContext.Device, Section> open = new LinkedHashMap<>();
  private boolean anyEnded;
  private boolean device;

  void see(int recordType, Section section) {
    StreamContext.Device key = StreamContext.Device.of(section);
    device = recordType == StreamFormat.SECTION_FULL;
    if (recordType == StreamFormat.SECTION_START) {
      open.put(key, section);
    } else if (recordType == StreamFormat.SECTION_END) {
      anyEnded |= open.remove(key) != null;
    }
  }

  /** Returns a section whose END is missing where the stream ends. */
  Optional<Section> unended() {
    return anyEnded || !device ? open.values().stream().findFirst() : Optional.empty();
  }
}
