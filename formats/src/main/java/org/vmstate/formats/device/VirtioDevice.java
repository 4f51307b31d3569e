package org.vmstate.formats.device;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kinds of virtio device with their configuration space. Source: VIRTIO 1.2, section 5; QEMU 10.0
 * include/standard-headers/linux/virtio_*.h.
 */
public enum VirtioDevice {
  /** Network card. */
  NET(
      1,
      "mac:mac,status:2,max_virtqueue_pairs:2,mtu:2,speed:4,duplex:1,rss_max_key_size:1,"
          + "rss_max_indirection_table_length:2,supported_hash_types:4",
      "virtio-net"),
  /** Disk. */
  BLK(
      2,
      "capacity:8,size_max:4,seg_max:4,cylinders:2,heads:1,sectors:1,blk_size:4,"
          + "physical_block_exp:1,alignment_offset:1,min_io_size:2,opt_io_size:4,wce:1,unused:1,"
          + "num_queues:2,max_discard_sectors:4,max_discard_seg:4,discard_sector_alignment:4,"
          + "max_write_zeroes_sectors:4,max_write_zeroes_seg:4,write_zeroes_may_unmap:1",
      "virtio-blk",
      "vhost-user-blk"),
  /** Serial ports. */
  CONSOLE(3, "cols:2,rows:2,max_nr_ports:4,emerg_wr:4", "virtio-console", "virtio-serial"),
  /** Random numbers. */
  RNG(4, "", "virtio-rng"),
  /** Balloon. */
  BALLOON(5, "num_pages:4,actual:4,free_page_hint_cmd_id:4,poison_val:4", "virtio-balloon"),
  /** SCSI host adapter. */
  SCSI(
      8,
      "num_queues:4,seg_max:4,max_sectors:4,cmd_per_lun:4,event_info_size:4,sense_size:4,"
          + "cdb_size:4,max_channel:2,max_target:2,max_lun:4",
      "virtio-scsi",
      "vhost-scsi",
      "vhost-user-scsi"),
  /** Plan 9 file system. */
  P9(9, "tag_len:2", "virtio-9p"),
  /** Graphics. */
  GPU(16, "events_read:4,events_clear:4,num_scanouts:4,num_capsets:4", "virtio-gpu"),
  /** Keyboard, mouse, tablet. */
  INPUT(18, "select:1,subsel:1,size:1,reserved:bytes5,data:bytes128", "virtio-input"),
  /** Sockets. */
  VSOCK(19, "guest_cid:8", "virtio-vhost_vsock", "vhost-vsock", "vhost-user-vsock"),
  /** Cipher engine. */
  CRYPTO(20, "status:4,max_dataqueues:4", "virtio-crypto"),
  /** IOMMU. */
  IOMMU(
      23,
      "page_size_mask:8,input_range_start:8,input_range_end:8,domain_range_start:4,"
          + "domain_range_end:4,probe_size:4,bypass:1",
      "virtio-iommu"),
  /** Pluggable memory. */
  MEM(
      24,
      "block_size:8,node_id:2,padding:bytes6,addr:8,region_size:8,usable_region_size:8,"
          + "plugged_size:8,requested_size:8",
      "virtio-mem"),
  /** Shared file system. */
  FS(26, "tag:bytes36,num_request_queues:4", "vhost-user-fs"),
  /** A device that is not known here. */
  OTHER(0, "");

  /**
   * A member of the configuration space.
   *
   * @param name its name in the specification
   * @param size its length in bytes
   * @param number whether it is an integer
   */
  public record Member(String name, int size, boolean number) {}

  /** Every field of an image asks, so the names are made once. */
  private static final Map<String, VirtioDevice> FEATURE_TYPES =
      Stream.of(values()).collect(Collectors.toMap(VirtioDevice::featureType, kind -> kind));

  private final int id;
  private final List<Member> members;
  private final List<String> names;

  VirtioDevice(int id, String layout, String... names) {
    this.id = id;
    this.members =
        layout.isEmpty()
            ? List.of()
            : List.of(layout.split(",")).stream().map(VirtioDevice::member).toList();
    this.names = List.of(names);
  }

  private static Member member(String text) {
    int colon = text.indexOf(':');
    String name = text.substring(0, colon);
    String size = text.substring(colon + 1);
    if (size.equals("mac")) {
      return new Member(name, 6, false);
    }
    return size.startsWith("bytes")
        ? new Member(name, Integer.parseInt(size.substring(5)), false)
        : new Member(name, Integer.parseInt(size), true);
  }

  /** Returns the device id of the specification. */
  public int id() {
    return id;
  }

  /** Returns the members of the configuration space in their order, without holes. */
  public List<Member> members() {
    return members;
  }

  /** Returns the type name that fields with this device's feature bits carry. */
  public String featureType() {
    return "virtio " + name().toLowerCase(Locale.ROOT) + " features";
  }

  /** Finds the kind of a device by its vmsd name or the last part of its section's name. */
  public static VirtioDevice of(String name) {
    String last = name.substring(name.lastIndexOf('/') + 1);
    for (VirtioDevice device : values()) {
      if (device.names.contains(last)) {
        return device;
      }
    }
    return OTHER;
  }

  /** Finds the kind of a device by the type name of its features. */
  static Optional<VirtioDevice> ofFeatureType(String type) {
    return Optional.ofNullable(FEATURE_TYPES.get(type));
  }
}
