package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Locale;

/** What QEMU says of a paused guest with a disk {@code k}, against the dump of its state. */
final class QemuWords {
  private static final String DISK = "{\"path\": \"/machine/peripheral/k/virtio-backend\"";

  private final JsonNode pci;
  private final JsonNode queue;
  private final JsonNode status;
  private final JsonNode blocks;
  private final String tree;
  private final String interrupts;

  private QemuWords(Qemu qemu) throws IOException {
    pci = qemu.call("query-pci").get(0).get("devices");
    queue = qemu.call("x-query-virtio-queue-status", DISK + ", \"queue\": 0}");
    status = qemu.call("x-query-virtio-status", DISK + "}");
    blocks = qemu.call("query-block");
    tree = monitor(qemu, "info qtree");
    interrupts = monitor(qemu, "info lapic");
  }

  /** Asks a guest that does not run. */
  static QemuWords of(Qemu qemu) throws IOException {
    return new QemuWords(qemu);
  }

  static String monitor(Qemu qemu, String command) throws IOException {
    return qemu.call("human-monitor-command", "{\"command-line\": \"" + command + "\"}").asText();
  }

  private static JsonNode section(JsonNode dump, String end) {
    for (JsonNode section : dump.get("sections")) {
      if (section.path("name").asText().endsWith(end)) {
        return section.get("state");
      }
    }
    throw new AssertionError(end);
  }

  /** Requires that a dump says the same. */
  void agree(JsonNode dump) {
    JsonNode virtio = section(dump, "virtio-blk").get("virtio");
    assertEquals(queue.get("vring-num").asLong(), virtio.at("/queue/0/size").asLong());
    assertEquals(number(queue.get("vring-desc")), number(virtio.at("/queue/0/desc")));
    assertEquals(
        queue.get("last-avail-idx").asLong(), virtio.at("/queue/0/last_avail_idx").asLong());
    assertEquals(status.get("queue-sel").asLong(), virtio.get("queue_sel").asLong());
    assertEquals(status.get("isr").asLong(), virtio.get("isr").asLong());
    long size = blocks.get(0).at("/inserted/image/virtual-size").asLong();
    assertEquals(size, number(virtio.at("/config/capacity")) * 512);
    String mac = section(dump, "virtio-net").at("/virtio/device/mac").asText();
    assertTrue(tree.contains("mac = \"" + mac + "\""), mac + " in " + tree);
    JsonNode apic = section(dump, "apic");
    String vector = String.format(Locale.ROOT, "SPIV\t 0x%08x", apic.get("spurious_vec").asLong());
    assertTrue(interrupts.contains(vector), vector + " in " + interrupts);
    assertTrue(bars(dump) >= 4, "base addresses");
  }

  private int bars(JsonNode dump) {
    int compared = 0;
    for (JsonNode device : pci) {
      String address =
          String.format(
              Locale.ROOT,
              "0000:00:%02x.%d/",
              device.get("slot").asInt(),
              device.get("function").asInt());
      for (JsonNode section : dump.get("sections")) {
        JsonNode all = section.path("state").findValue("bar");
        if (section.path("name").asText().startsWith(address) && all != null && all.isArray()) {
          for (JsonNode region : device.get("regions")) {
            compared += bar(address, region, all);
          }
          break;
        }
      }
    }
    return compared;
  }

  private static int bar(String device, JsonNode region, JsonNode all) {
    int number = region.get("bar").asInt();
    long expected = region.get("address").asLong();
    if (expected == -1 || number >= all.size()) {
      return 0;
    }
    long found = all.get(number).asLong();
    boolean io = region.get("type").asText().equals("io");
    long base = found & ~(io ? 3 : 0xf);
    if (region.path("mem_type_64").asBoolean()) {
      base |= all.get(number + 1).asLong() << 32;
    }
    assertEquals(expected, base, device + " bar " + number);
    return 1;
  }

  private static long number(JsonNode node) {
    String text = node.asText();
    return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : node.asLong();
  }
}
