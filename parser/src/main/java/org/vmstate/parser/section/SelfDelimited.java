package org.vmstate.parser.section;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.event.Section;
import org.vmstate.parser.io.ByteSource;

/** Passes over one payload of a section whose grammar is known. */
public interface SelfDelimited {

  /**
   * Reads from the first byte of the payload to its last.
   *
   * @param recordType START, PART or END
   */
  void skip(ByteSource source, int recordType) throws IOException;

  /** Returns the grammar of a section, if it is one that is known. */
  static Optional<SelfDelimited> of(Section section) {
    return switch (section.name()) {
      case "dirty-bitmap" -> Optional.of(new DirtyBitmapPayload());
      case "s390-storage_attributes" -> Optional.of(new StorageAttributesPayload());
      case "spapr/htab" -> Optional.of(new HashTablePayload());
      case "block" -> Optional.of(new BlockPayload());
      default ->
          section.name().endsWith("/vfio") ? Optional.of(new VfioPayload()) : Optional.empty();
    };
  }
}
