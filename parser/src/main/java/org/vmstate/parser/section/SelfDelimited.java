package org.vmstate.parser.section;

import java.io.IOException;
import java.util.Optional;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.stream.StreamFormat;
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
      case StreamFormat.PROXMOX_BACKUPS -> Optional.of(new BackupStatePayload());
      case "block" -> Optional.of(new BlockPayload());
      default ->
          section.name().endsWith("/vfio")
              ? Optional.of(new VfioPayload())
              : SectionGrammar.of(section.name())
                  .map(grammar -> (source, type) -> grammar.read(new PassingReader(source)));
    };
  }
}
