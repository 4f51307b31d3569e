package org.vmstate.parser.device;

import org.vmstate.formats.device.VirtioDevice;
import org.vmstate.formats.device.VirtioFormat;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.stream.StreamFormat;

/**
 * The part of a virtio device's state that belongs to its kind. Source: QEMU 10.0
 * hw/net/virtio-net.c, hw/block/virtio-blk.c, hw/char/virtio-serial-bus.c,
 * hw/virtio/virtio-balloon.c, virtio-mem.c, virtio-iommu.c.
 */
final class VirtioParts {
  private static final int CTRL_GUEST_OFFLOADS = 2;
  private static final int RSS_KEY = 40;
  private static final int RSS_VERSION = 2;
  private static final int VLAN_BYTES = 512;
  private static final int MOST_MACS = 1 << 16;
  private static final int MOST_PORTS = 1 << 16;

  private final TreeReader in;
  private final long features;
  private final int queues;

  VirtioParts(TreeReader in, long features, int queues) {
    this.in = in;
    this.features = features;
    this.queues = queues;
  }

  /** Reports whether a kind of device has such a part. */
  boolean has(VirtioDevice kind) {
    return switch (kind) {
      case NET, BLK, BALLOON, CONSOLE, MEM, IOMMU -> !(kind == VirtioDevice.BLK && isEnd());
      default -> false;
    };
  }

  /** Reports whether a subsection follows, as with a vhost-user disk. */
  private boolean isEnd() {
    return in.subsectionName().startsWith("virtio");
  }

  void read(VirtioDevice kind) throws StateFormatException {
    switch (kind) {
      case NET -> net();
      case BLK -> blk();
      case BALLOON -> balloon();
      case CONSOLE -> console();
      case MEM -> mem();
      case IOMMU -> iommu();
      default -> {}
    }
  }

  private void net() throws StateFormatException {
    in.mac("mac", false);
    in.big("tx_waiting", 4);
    in.big("mergeable_rx_bufs", 4);
    in.big("status", 2);
    in.big("promisc", 1);
    in.big("allmulti", 1);
    int macs = count(in.big("mac_table_in_use", 4), MOST_MACS);
    for (int i = 0; i < macs; i++) {
      in.mac("mac_table", true);
    }
    in.bytes("vlans", VLAN_BYTES);
    in.big("has_vnet_hdr", 4);
    for (String flag :
        new String[] {
          "multi_overflow", "uni_overflow", "alluni", "nomulti", "nouni", "nobcast", "has_ufo"
        }) {
      in.big(flag, 1);
    }
    int pairs = in.remaining() < 2 ? 0 : (int) in.peekBig(0, 2);
    // nothing says whether there are several pairs of queues; a subsection begins with 5
    if (pairs >= 2 && pairs <= 512) {
      in.big("max_queue_pairs", 2);
      int current = count(in.big("curr_queue_pairs", 2), pairs);
      for (int i = 1; i < current; i++) {
        in.big("tx_waiting_more", 4, "uint32", true);
      }
    }
    if ((features >> CTRL_GUEST_OFFLOADS & 1) != 0) {
      in.big("curr_guest_offloads", 8);
    }
    if (in.subsectionName().equals("virtio-net-device/rss")) {
      in.subsection(RSS_VERSION, this::rss);
    }
    backend("virtio-net-device/backend");
  }

  private void rss() throws StateFormatException {
    in.bool("enabled");
    in.bool("redirect");
    in.bool("populate_hash");
    in.big("hash_types", 4);
    if (in.remaining() >= 8 && in.peekBig(4, 2) <= 128) {
      in.big("supported_hash_types", 4);
    }
    int length = count(in.big("indirections_len", 2), 128);
    in.big("default_queue", 2);
    in.bytes("key", RSS_KEY);
    for (int i = 0; i < length; i++) {
      in.big("indirections", 2, "uint16", true);
    }
  }

  /** Keeps the state of a back end: pieces with their length in front, then 0. */
  private void backend(String name) throws StateFormatException {
    if (!in.subsectionName().equals(name)) {
      return;
    }
    in.subsection(
        () -> {
          for (int n = (int) in.big("length", 4, "uint32", true);
              n != 0;
              n = (int) in.big("length", 4, "uint32", true)) {
            in.bytes("data", count(n, 1 << 20));
          }
        });
  }

  private int count(long found, int most) throws StateFormatException {
    if (found < 0 || found > most) {
      throw in.malformed("virtio: expected at most " + most + ", found " + found);
    }
    return (int) found;
  }

  private void blk() throws StateFormatException {
    while (in.big("more", 1, "uint8", true) != 0) {
      in.struct("request", "virtio-blk request", true, () -> element(queues > 1));
    }
  }

  /** Keeps an element as the writing host has it in memory, with its own byte order. */
  void element(boolean queueIndex) throws StateFormatException {
    if (queueIndex) {
      in.big("queue", 4);
    }
    int most = VirtioFormat.MOST_PIECES;
    in.little("index", 4);
    in.little("out_num", 4);
    in.little("in_num", 4);
    in.bytes("padding", 4);
    for (String side : new String[] {"in_addr", "out_addr"}) {
      in.array(side, "address", most, 8, () -> in.little("address", 8));
    }
    for (String side : new String[] {"in", "out"}) {
      in.array(
          side,
          "piece",
          most,
          16,
          () -> {
            in.little("base", 8);
            in.little("length", 8);
          });
    }
  }

  private void balloon() throws StateFormatException {
    in.big("num_pages", 4);
    in.big("actual", 4);
    if (in.subsectionName().equals("virtio-balloon-device/free-page-report")) {
      in.subsection(
          () -> {
            in.big("free_page_hint_cmd_id", 4);
            in.big("free_page_hint_status", 4);
          });
    }
    if (in.subsectionName().equals("virtio-balloon-device/page-poison")) {
      in.subsection(() -> in.big("poison_val", 4));
    }
  }

  private void console() throws StateFormatException {
    in.big("cols", 2);
    in.big("rows", 2);
    long most = in.big("max_nr_ports", 4);
    // it is in the guest's order, which of s390x is another one than that of the writer's host
    int ports = count(most > MOST_PORTS ? Integer.reverseBytes((int) most) : most, MOST_PORTS);
    for (int i = 0; i < (ports + 31) / 32; i++) {
      in.big("ports_map", 4, "uint32", true);
    }
    int active = count(in.big("nr_active_ports", 4), ports);
    for (int i = 0; i < active; i++) {
      in.struct(
          "port",
          "virtio-console port",
          true,
          () -> {
            in.big("id", 4);
            in.big("guest_connected", 1);
            in.big("host_connected", 1);
            if (in.big("popped", 4) != 0) {
              in.big("iov_idx", 4);
              in.big("iov_offset", 8);
              element(false);
            }
          });
    }
  }

  private void mem() throws StateFormatException {
    boolean early = in.peek(16) == StreamFormat.SUBSECTION;
    if (early) {
      in.big("usable_region_size", 8);
      in.big("requested_size", 8);
      return;
    }
    in.big("addr", 8);
    long region = in.big("region_size", 8);
    long block = in.big("block_size", 8);
    in.big("node", 4);
    in.big("usable_region_size", 8);
    in.big("size", 8);
    in.big("requested_size", 8);
    long blocks = block == 0 ? 0 : Long.divideUnsigned(region, block);
    in.bytes("bitmap", count((blocks + 63) / 64 * 8, in.remaining()));
  }

  private void iommu() throws StateFormatException {
    long domains = in.big("num_domains", 4);
    if (domains != 0) {
      throw in.unsupported("virtio-iommu: domains in use are not read");
    }
    in.big("domains_end", 1);
    in.big("bypass", 1);
  }
}
