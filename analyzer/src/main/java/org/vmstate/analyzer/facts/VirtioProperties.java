package org.vmstate.analyzer.facts;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.device.VirtioDevice;

/**
 * The properties of virtio devices that switch a feature, by the feature's name. Most have the
 * feature's own name in small letters. Source: QEMU 10.0 hw/virtio/*.c, hw/net/virtio-net.c.
 */
final class VirtioProperties {
  private static final Map<String, String> OTHERS =
      Map.ofEntries(
          Map.entry("packed", "RING_PACKED"),
          Map.entry("queue_reset", "RING_RESET"),
          Map.entry("hash", "HASH_REPORT"),
          Map.entry("guest_rsc_ext", "RSC_EXT"),
          Map.entry("param_change", "CHANGE"),
          Map.entry("free_page_reporting", "REPORTING"),
          Map.entry("emergency_write", "EMERG_WRITE"));

  private VirtioProperties() {}

  /** Returns the kind of a device by its type in QEMU, such as {@code virtio-net-device}. */
  static VirtioDevice kind(String type) {
    String name = type.endsWith("-device") ? type.substring(0, type.length() - 7) : type;
    return name.startsWith("virtio-gpu") ? VirtioDevice.GPU : VirtioDevice.of(name);
  }

  /** Returns the feature that a property of a device switches. */
  static Optional<String> feature(VirtioDevice device, String property) {
    String name = property.replace('-', '_');
    String wanted = OTHERS.getOrDefault(name, name.toUpperCase(Locale.ROOT));
    BitNames names = BitNames.of(device.featureType()).orElseThrow();
    Map<String, String> byEnd = new HashMap<>();
    for (String full : names.all()) {
      byEnd.put(full.substring(full.indexOf("_F_") + 3), full);
    }
    return Optional.ofNullable(byEnd.get(wanted));
  }
}
