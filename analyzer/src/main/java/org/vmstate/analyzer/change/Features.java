package org.vmstate.analyzer.change;

import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.device.VirtioDevice;

/** Features of virtio devices by their names. */
final class Features {
  private Features() {}

  /**
   * Returns the bits of features.
   *
   * @param section name of the device's section, which says its kind
   * @param names names with commas between; those that the kind has not are passed over
   */
  static long bits(String section, String names) {
    long bits = 0;
    BitNames known = BitNames.of(VirtioDevice.of(section).featureType()).orElseThrow();
    for (String name : names.split(",")) {
      bits |= known.bit(name.strip()).map(bit -> 1L << bit).orElse(0L);
    }
    return bits;
  }
}
