package org.vmstate.analyzer.change;

import java.util.List;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * The features that a guest uses, under one name wherever a virtio device sends them: all 64 bits
 * in a subsection, which is sent when one of the high word is set, or the low word alone. Source:
 * QEMU 10.0 hw/virtio/virtio.c.
 */
final class GuestFeatures {
  /** The name for either. */
  private static final String NAME = "guest_features";

  /** Subsection that has all 64 bits, and wins over the low word where both are sent. */
  static final String SUBSECTION = "virtio/64bit_features";

  private static final List<String> PLACES = List.of(SUBSECTION + "." + NAME, "guest_features_low");

  private GuestFeatures() {}

  /** Reports whether a path ends with the name for either. */
  static boolean isOne(String path) {
    return (path.equals(NAME) || path.endsWith("." + NAME)) && !path.endsWith(PLACES.getFirst());
  }

  /** Returns the path of the field that a path means; the same for any other. */
  static String path(StateNode root, String path) {
    if (!isOne(path) || StateChange.has(root, path)) {
      return path;
    }
    String before = path.substring(0, path.length() - NAME.length());
    return PLACES.stream()
        .map(place -> before + place)
        .filter(place -> StateChange.has(root, place))
        .findFirst()
        .orElse(path);
  }
}
