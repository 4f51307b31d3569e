package org.vmstate.formats.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** How a stream keeps the pages of its memory. */
public sealed interface StreamLayout permits Sequential, FixedLayout {
  /** Pages as records, in the order in which they were sent. */
  StreamLayout SEQUENTIAL = new Sequential();

  /** Pages at fixed places of the file, QEMU 9.0 and later. */
  FixedLayout MAPPED_RAM = new MappedRam();

  /** Pages at fixed places of the file, as proposed in 2022. */
  FixedLayout FIXED_RAM_2022 = new FixedRam2022();

  /** All layouts, those whose capability is to be looked for first in front. */
  List<StreamLayout> ALL = List.of(MAPPED_RAM, FIXED_RAM_2022, SEQUENTIAL);

  /** The capability that announces this layout in a configuration; nothing needs no words. */
  Optional<String> capability();

  /** Whether the payloads of PART and END end with the word EOS. */
  boolean endsParts();

  /** Why no QEMU loads a stream in this layout; empty when a released one does. */
  Optional<String> refusal();

  /** Why a page cannot be sent again as a delta; empty when it can. */
  Optional<String> noDeltas();

  /** Returns the first layout whose capability a configuration has. */
  static StreamLayout announced(Predicate<String> has) {
    for (StreamLayout layout : ALL) {
      if (layout.capability().isPresent() && has.test(layout.capability().get())) {
        return layout;
      }
    }
    return SEQUENTIAL;
  }

  /** Returns the capabilities that announce a layout. */
  static List<String> capabilities() {
    List<String> names = new ArrayList<>();
    for (StreamLayout layout : ALL) {
      layout.capability().ifPresent(names::add);
    }
    return names;
  }

  /** Returns the layout whose block headers have a length in bytes. */
  static FixedLayout withHeader(long length) {
    for (StreamLayout layout : ALL) {
      if (layout instanceof FixedLayout fixed && fixed.headerLength() == length) {
        return fixed;
      }
    }
    throw new IllegalArgumentException("no layout has block headers of " + length + " bytes");
  }
}
