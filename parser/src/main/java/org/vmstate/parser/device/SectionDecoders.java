package org.vmstate.parser.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.device.DirtyBitmapFormat;
import org.vmstate.formats.device.HashTableFormat;
import org.vmstate.formats.device.StorageWordFormat;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * The registry of sections that QEMU writes by functions of their own, so that no description
 * speaks of their fields. To add one: a class in this package, and its line here.
 */
public final class SectionDecoders {
  /** Payloads of more bytes than this stay bytes. */
  public static final int MOST_BYTES = 128 << 10;

  private static final Map<String, SectionDecoder> BY_NAME =
      Map.of(
          DirtyBitmapFormat.IDSTR,
          new DirtyBitmapDecoder(),
          HashTableFormat.IDSTR,
          new HtabDecoder(),
          StorageWordFormat.ATTRIBUTES,
          new StorageAttributesDecoder(),
          StorageWordFormat.KEYS,
          new StorageKeysDecoder(),
          "todclock",
          new TodClockDecoder(),
          "slirp",
          new SlirpDecoder());

  private SectionDecoders() {}

  /**
   * Decodes the payload of a record of such a section.
   *
   * @return empty when no decoder knows the section or its form, or its bytes cannot be asked for
   */
  public static Optional<StateNode> decode(Event.Bytes payload, Section section)
      throws IOException {
    ByteRange range = payload.range();
    if (!BY_NAME.containsKey(section.name())
        || range.length() > MOST_BYTES
        || !payload.content().isSeekable()) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) range.length());
    payload.content().copy(range.start(), bytes);
    return decode(section, bytes.array(), range.start());
  }

  /**
   * Decodes the payload of a START, PART, END or FULL record; every byte is in the result.
   *
   * @param offset offset of the payload's first byte
   * @return empty when no decoder knows the section or its form
   */
  public static Optional<StateNode> decode(Section section, byte[] payload, long offset) {
    SectionDecoder decoder = BY_NAME.get(section.name());
    if (decoder == null || !decoder.knowsVersion(section.version())) {
      return Optional.empty();
    }
    TreeReader in = new TreeReader(payload, offset);
    try {
      decoder.decode(in);
      return Optional.of(in.finish(section.name()));
    } catch (StateFormatException e) {
      return Optional.empty();
    }
  }
}
