package org.vmstate.parser.device;

import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * The registry of sections that QEMU writes by functions of their own, so that no description
 * speaks of their fields. To add one: a class in this package, and its line here.
 */
public final class SectionDecoders {
  /** Payloads of more bytes than this stay bytes. */
  public static final int MOST_BYTES = 1 << 20;

  private static final Map<String, SectionDecoder> BY_NAME =
      Map.of(
          "dirty-bitmap", new DirtyBitmapDecoder(),
          "spapr/htab", new HtabDecoder(),
          "s390-storage_attributes", new StorageAttributesDecoder(),
          "s390-skeys", new StorageKeysDecoder(),
          "todclock", new TodClockDecoder());

  private SectionDecoders() {}

  /** Tells whether the payloads of a section can be decoded by its name. */
  public static boolean knows(Section section) {
    return BY_NAME.containsKey(section.name());
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
