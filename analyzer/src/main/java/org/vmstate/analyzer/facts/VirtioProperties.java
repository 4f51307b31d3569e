package org.vmstate.analyzer.facts;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
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

  /**
   * Features that came with a property of their own after QEMU 5.2: a device without the property
   * does not offer them. Source: QEMU 11.1 include/hw/virtio/virtio.h, hw/net/virtio-net.c.
   */
  private static final List<String> NEWER =
      List.of("queue_reset", "in_order", "guest_uso4", "guest_uso6", "host_uso");

  private VirtioProperties() {}

  /** Returns the features that a device cannot offer, as it lacks their properties. */
  static List<String> absent(VirtioDevice device, Collection<String> properties) {
    List<String> absent = new ArrayList<>();
    for (String property : NEWER) {
      if (!properties.contains(property)) {
        feature(device, property).ifPresent(absent::add);
      }
    }
    return absent;
  }

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
