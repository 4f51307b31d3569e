package org.vmstate.analyzer.convert;

import java.util.Optional;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.vmdesc.VmDescription;

/**
 * Subsections of the configuration that are not known and not described: the parser takes what
 * comes next for their end. With another neighbour they would have another one.
 */
final class SubsectionEnds {
  private Optional<VmDescription> description = Optional.empty();

  /** Learns what is described. */
  void described(Event.Described e) {
    description = Optional.of(e.description());
  }

  /** Returns the name of one whose end is only guessed. */
  Optional<String> guessed(StreamConfiguration configuration) {
    return configuration.unknown().stream().filter(name -> !isDescribed(name)).findFirst();
  }

  private boolean isDescribed(String name) {
    return description.flatMap(VmDescription::configuration).stream()
        .flatMap(c -> c.subsections().stream())
        .anyMatch(s -> s.name().equals(name));
  }
}
