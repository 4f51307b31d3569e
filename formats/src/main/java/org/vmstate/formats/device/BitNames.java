package org.vmstate.formats.device;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names of the bits of a field, found by the field's type name. Source: VIRTIO 1.2; QEMU 10.0
 * include/standard-headers/linux/virtio_*.h; PCI Local Bus 3.0.
 */
public final class BitNames {
  private static final String TRANSPORT =
      "24 F_NOTIFY_ON_EMPTY 27 F_ANY_LAYOUT 28 RING_F_INDIRECT_DESC 29 RING_F_EVENT_IDX"
          + " 30 F_BAD_FEATURE 32 F_VERSION_1 33 F_IOMMU_PLATFORM 34 F_RING_PACKED 35 F_IN_ORDER"
          + " 36 F_ORDER_PLATFORM 37 F_SR_IOV 38 F_NOTIFICATION_DATA 39 F_NOTIF_CONFIG_DATA"
          + " 40 F_RING_RESET 41 F_ADMIN_VQ";
  private static final Map<VirtioDevice, String> DEVICES =
      new EnumMap<>(
          Map.of(
              VirtioDevice.NET,
              "0 CSUM 1 GUEST_CSUM 2 CTRL_GUEST_OFFLOADS 3 MTU 5 MAC 6 GSO 7 GUEST_TSO4"
                  + " 8 GUEST_TSO6 9 GUEST_ECN 10 GUEST_UFO 11 HOST_TSO4 12 HOST_TSO6 13 HOST_ECN"
                  + " 14 HOST_UFO 15 MRG_RXBUF 16 STATUS 17 CTRL_VQ 18 CTRL_RX 19 CTRL_VLAN"
                  + " 20 CTRL_RX_EXTRA 21 GUEST_ANNOUNCE 22 MQ 23 CTRL_MAC_ADDR 50 DEVICE_STATS"
                  + " 52 VQ_NOTF_COAL 53 NOTF_COAL 54 GUEST_USO4 55 GUEST_USO6 56 HOST_USO"
                  + " 57 HASH_REPORT 59 GUEST_HDRLEN 60 RSS 61 RSC_EXT 62 STANDBY"
                  + " 63 SPEED_DUPLEX",
              VirtioDevice.BLK,
              "0 BARRIER 1 SIZE_MAX 2 SEG_MAX 4 GEOMETRY 5 RO 6 BLK_SIZE 7 SCSI 9 FLUSH"
                  + " 10 TOPOLOGY 11 CONFIG_WCE 12 MQ 13 DISCARD 14 WRITE_ZEROES"
                  + " 16 SECURE_ERASE 17 ZONED",
              VirtioDevice.CONSOLE,
              "0 SIZE 1 MULTIPORT 2 EMERG_WRITE",
              VirtioDevice.SCSI,
              "0 INOUT 1 HOTPLUG 2 CHANGE 3 T10_PI",
              VirtioDevice.BALLOON,
              "0 MUST_TELL_HOST 1 STATS_VQ 2 DEFLATE_ON_OOM 3 FREE_PAGE_HINT 4 PAGE_POISON"
                  + " 5 REPORTING",
              VirtioDevice.GPU,
              "0 VIRGL 1 EDID 2 RESOURCE_UUID 3 RESOURCE_BLOB 4 CONTEXT_INIT",
              VirtioDevice.MEM,
              "0 ACPI_PXM 1 UNPLUGGED_INACCESSIBLE 2 PERSISTENT_SUSPEND",
              VirtioDevice.IOMMU,
              "0 INPUT_RANGE 1 DOMAIN_RANGE 2 MAP_UNMAP 3 BYPASS 4 PROBE 5 MMIO"
                  + " 6 BYPASS_CONFIG"));

  /** Type name of the status register of a virtio device. */
  public static final String VIRTIO_STATUS = "virtio status";

  /** Type name of PCI's command register. */
  public static final String PCI_COMMAND = "pci command";

  /** Type name of PCI's status register. */
  public static final String PCI_STATUS = "pci status";

  private static final Map<String, BitNames> OTHERS =
      Map.of(
          VIRTIO_STATUS,
          new BitNames()
              .add("", "0 ACKNOWLEDGE 1 DRIVER 2 DRIVER_OK 3 FEATURES_OK 6 NEEDS_RESET 7 FAILED"),
          "dirty-bitmap flags",
          new BitNames()
              .add("", "0 EOS 1 ZEROES 2 BITMAP_NAME 3 NODE_NAME 4 START 5 COMPLETE 6 BITS 7 MORE"),
          "dirty-bitmap state",
          new BitNames().add("", "0 ENABLED 1 PERSISTENT 2 AUTOLOAD"),
          PCI_COMMAND,
          new BitNames().add("", "0 IO 1 MEMORY 2 MASTER 6 PARITY 8 SERR 10 INTX_DISABLE"),
          PCI_STATUS,
          new BitNames().add("", "3 INTERRUPT 4 CAP_LIST 5 66MHZ 7 FAST_BACK"));

  private final Map<Integer, String> names = new HashMap<>();
  private final Map<String, Integer> bits = new HashMap<>();

  private BitNames() {}

  private BitNames add(String prefix, String text) {
    String[] parts = text.split(" ");
    for (int i = 0; i + 1 < parts.length; i += 2) {
      int bit = Integer.parseInt(parts[i]);
      names.putIfAbsent(bit, prefix + parts[i + 1]);
      bits.putIfAbsent(prefix + parts[i + 1], bit);
    }
    return this;
  }

  /** Returns the names that go with a field's type name, if its bits have any. */
  public static Optional<BitNames> of(String typeName) {
    if (OTHERS.containsKey(typeName)) {
      return Optional.of(OTHERS.get(typeName));
    }
    return VirtioDevice.ofFeatureType(typeName)
        .map(
            device -> {
              BitNames result = new BitNames();
              if (DEVICES.containsKey(device)) {
                result.add("VIRTIO_" + device.name() + "_F_", DEVICES.get(device));
              }
              return result.add("VIRTIO_", TRANSPORT);
            });
  }

  /** Returns the names of the bits that are set, the lowest first. */
  public List<String> set(long value) {
    List<String> result = new ArrayList<>();
    for (int bit = 0; bit < Long.SIZE; bit++) {
      if ((value >>> bit & 1) != 0) {
        result.add(names.getOrDefault(bit, "bit " + bit));
      }
    }
    return result;
  }

  /** Returns the number of a bit by its name, with or without the part that all share. */
  public Optional<Integer> bit(String name) {
    if (bits.containsKey(name)) {
      return Optional.of(bits.get(name));
    }
    return bits.entrySet().stream()
        .filter(e -> e.getKey().endsWith("_F_" + name))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Returns all names. */
  public List<String> all() {
    return bits.keySet().stream().sorted().toList();
  }
}
