package org.vmstate.parser.section;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.device.DirtyBitmapFormat;
import org.vmstate.formats.device.HashTableFormat;
import org.vmstate.formats.device.StorageWordFormat;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;

/**
 * The fields in a payload of a section that no description covers. It is written down once and read
 * by whoever passes over the payload, makes a tree of fields of it, or looks at what it says.
 */
public interface SectionGrammar {
  /** Reports whether a version of the section has this form. */
  boolean knowsVersion(long version);

  /** Reads a payload of a START, PART, END or FULL record to its end. */
  void read(FieldReader in) throws IOException;

  /** Returns the grammar of a section by its idstr. */
  static Optional<SectionGrammar> of(String idstr) {
    return switch (idstr) {
      case DirtyBitmapFormat.IDSTR -> Optional.of(new DirtyBitmapGrammar());
      case HashTableFormat.IDSTR -> Optional.of(new HashTableGrammar());
      case StorageWordFormat.ATTRIBUTES -> Optional.of(StorageWordsGrammar.ATTRIBUTES);
      case StorageWordFormat.KEYS -> Optional.of(StorageWordsGrammar.KEYS);
      default -> Optional.empty();
    };
  }

  /** Reads a payload that was passed over, of any length, for someone who looks at its fields. */
  static void read(Event.IterablePart part, PayloadListener listener) throws IOException {
    Section section = part.section();
    Optional<SectionGrammar> grammar = of(section.name());
    if (grammar.isPresent()) {
      try (ListeningReader in = new ListeningReader(part.content(), part.range(), listener)) {
        grammar.get().read(in);
      }
    }
  }
}
