package org.vmstate.analyzer.dump;

import java.util.Optional;
import org.vmstate.formats.event.Section;

/**
 * What a dump shows.
 *
 * @param offsets file offset and length of everything
 * @param section only sections of this name, all when empty
 * @param runs every run of pages
 * @param hashes SHA-256 of the final content of each RAM block
 * @param secrets passwords of the domain XML as they are
 * @param raw the bytes beside what a device decoder made of them
 */
public record DumpOptions(
    boolean offsets,
    Optional<String> section,
    boolean runs,
    boolean hashes,
    boolean secrets,
    boolean raw) {

  /** Reports whether a section is to be shown: its whole name or the last part of its path. */
  boolean shows(Section found) {
    return section.isEmpty() || found.isCalled(section.get());
  }
}
