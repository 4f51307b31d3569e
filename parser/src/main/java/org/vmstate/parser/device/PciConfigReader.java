package org.vmstate.parser.device;

import java.util.Map;
import java.util.TreeMap;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.error.StateFormatException;

/**
 * Reads a PCI configuration space: header, capabilities, the bytes between them. Source: PCI Local
 * Bus 3.0, PCI Express 5.0.
 */
final class PciConfigReader {
  private static final int MOST_CAPABILITIES = 48;
  private static final int MOST_EXTENDED = 960;

  private final TreeReader in;
  private final int start;
  private int vectors = -1;

  /** Reads at the cursor. */
  PciConfigReader(TreeReader in) {
    this.in = in;
    this.start = in.position();
  }

  private int u8(int offset) {
    return Math.max(0, in.peek(start + offset - in.position()));
  }

  private int le16(int offset) {
    return u8(offset) | u8(offset + 1) << 8;
  }

  private long le32(int offset) {
    return le16(offset) | (long) le16(offset + 2) << 16;
  }

  /** Returns how many vectors MSI-X has, -1 without it. */
  int vectors() {
    return vectors;
  }

  /** Returns the length that the capabilities ask for. */
  int length() {
    return capabilities().containsValue(PciFormat.EXPRESS)
        ? PciFormat.EXPRESS_CONFIGURATION
        : PciFormat.CONFIGURATION;
  }

  /** Returns the capabilities by their offset. */
  private TreeMap<Integer, Integer> capabilities() {
    TreeMap<Integer, Integer> found = new TreeMap<>();
    if ((u8(PciFormat.STATUS) & PciFormat.HAS_CAPABILITIES) == 0) {
      return found;
    }
    int at = u8(PciFormat.CAPABILITIES) & 0xfc;
    while (at >= PciFormat.HEADER && found.size() < MOST_CAPABILITIES) {
      if (found.put(at, u8(at)) != null) {
        break;
      }
      at = u8(at + 1) & 0xfc;
    }
    return found;
  }

  /** Keeps a configuration space of a length. */
  void read(int length) throws StateFormatException {
    TreeMap<Integer, Integer> list = capabilities();
    header();
    for (Map.Entry<Integer, Integer> entry : list.entrySet()) {
      int offset = entry.getKey();
      int size = size(offset, entry.getValue());
      Integer next = list.higherKey(offset);
      int end = next == null ? PciFormat.CONFIGURATION : next;
      if (offset < in.position() - start || offset + size > end) {
        // overlapping capabilities stay bytes
        continue;
      }
      fill(offset);
      String name = label(entry.getValue()) + "@" + Integer.toHexString(offset);
      in.struct(name, "capability", false, () -> capability(entry.getValue(), offset, size));
    }
    fill(PciFormat.CONFIGURATION);
    if (length > PciFormat.CONFIGURATION) {
      extended(length);
    }
  }

  /** Keeps what stands before an offset, which has no meaning to everybody. */
  private void fill(int offset) throws StateFormatException {
    int from = in.position() - start;
    in.zeros("registers@" + Integer.toHexString(from), offset - from);
  }

  private void header() throws StateFormatException {
    boolean bridge = (u8(PciFormat.HEADER_TYPE) & 0x7f) == 1;
    in.little("vendor_id", 2);
    in.little("device_id", 2);
    in.little("command", 2, BitNames.PCI_COMMAND, false);
    in.little("status", 2, BitNames.PCI_STATUS, false);
    in.little("revision", 1);
    in.little("prog_if", 1);
    in.little("class", 2);
    in.little("cache_line_size", 1);
    in.little("latency_timer", 1);
    in.little("header_type", 1);
    in.little("bist", 1);
    for (int i = 0; i < (bridge ? 2 : 6); i++) {
      in.little("bar", 4, "le32", true);
    }
    if (bridge) {
      in.little("primary_bus", 1);
      in.little("secondary_bus", 1);
      in.little("subordinate_bus", 1);
      in.little("secondary_latency", 1);
      in.little("io_base", 1);
      in.little("io_limit", 1);
      in.little("secondary_status", 2);
      in.little("memory_base", 2);
      in.little("memory_limit", 2);
      in.little("prefetch_base", 2);
      in.little("prefetch_limit", 2);
      in.little("prefetch_base_upper", 4);
      in.little("prefetch_limit_upper", 4);
      in.little("io_base_upper", 2);
      in.little("io_limit_upper", 2);
    } else {
      in.little("cardbus", 4);
      in.little("subsystem_vendor_id", 2);
      in.little("subsystem_id", 2);
      in.little("rom", 4);
    }
    in.little("capabilities", 1);
    in.bytes("reserved", bridge ? 3 : 7);
    if (bridge) {
      in.little("rom", 4);
    }
    in.little("interrupt_line", 1);
    in.little("interrupt_pin", 1);
    in.little(bridge ? "bridge_control" : "min_gnt", bridge ? 2 : 1);
    if (!bridge) {
      in.little("max_lat", 1);
    }
  }

  private static String label(int id) {
    return switch (id) {
      case PciFormat.POWER -> "power";
      case PciFormat.MSI -> "msi";
      case PciFormat.VENDOR -> "vendor";
      case PciFormat.SUBSYSTEM -> "subsystem";
      case PciFormat.EXPRESS -> "express";
      case PciFormat.MSI_X -> "msix";
      default -> "capability";
    };
  }

  private int size(int offset, int id) {
    return switch (id) {
      case PciFormat.POWER, PciFormat.SUBSYSTEM -> 8;
      case PciFormat.MSI -> {
        int control = le16(offset + 2);
        yield 10 + ((control & 0x80) != 0 ? 4 : 0) + ((control & 0x100) != 0 ? 10 : 0);
      }
      case PciFormat.VENDOR -> Math.max(3, u8(offset + 2));
      case PciFormat.EXPRESS -> (u8(offset + 2) & 0xf) >= 2 ? 0x3c : 0x14;
      case PciFormat.MSI_X -> 12;
      default -> 2;
    };
  }

  private void capability(int id, int offset, int size) throws StateFormatException {
    int control = le16(offset + 2);
    in.little("id", 1);
    in.little("next", 1);
    switch (id) {
      case PciFormat.POWER -> {
        in.little("capabilities", 2);
        in.little("control", 2);
      }
      case PciFormat.SUBSYSTEM -> {
        in.bytes("reserved", 2);
        in.little("vendor_id", 2);
        in.little("subsystem_id", 2);
      }
      case PciFormat.MSI -> msi(control);
      case PciFormat.VENDOR -> {
        in.little("length", 1);
        if (size >= 16) {
          in.little("type", 1);
          in.little("bar", 1);
          in.little("cap_id", 1);
          in.bytes("padding", 2);
          in.little("offset", 4);
          in.little("size", 4);
        }
        if (size == 20) {
          // of virtio: a multiplier of the notification area, or data of the window
          in.little("multiplier", 4);
        }
      }
      case PciFormat.EXPRESS -> {
        in.little("flags", 2);
        in.little("device_capabilities", 4);
        in.little("device_control", 2);
        in.little("device_status", 2);
        in.little("link_capabilities", 4);
        in.little("link_control", 2);
        in.little("link_status", 2);
      }
      case PciFormat.MSI_X -> {
        vectors = (control & 0x7ff) + 1;
        in.little("control", 2);
        in.little("table", 4);
        in.little("pending", 4);
      }
      default -> {}
    }
    int rest = start + offset + size - in.position();
    in.bytes("registers", rest);
  }

  private void msi(int control) throws StateFormatException {
    in.little("control", 2);
    in.little("address", 4);
    if ((control & 0x80) != 0) {
      in.little("address_upper", 4);
    }
    in.little("data", 2);
    if ((control & 0x100) != 0) {
      in.bytes("padding", 2);
      in.little("mask", 4);
      in.little("pending", 4);
    }
  }

  /** Keeps the extended capabilities; their list may go back, so it is sorted first. */
  private void extended(int length) throws StateFormatException {
    TreeMap<Integer, Integer> list = new TreeMap<>();
    int at = PciFormat.CONFIGURATION;
    while (at >= PciFormat.CONFIGURATION && at <= length - 4 && list.size() < MOST_EXTENDED) {
      long word = le32(at);
      if (word == 0 || list.put(at, (int) (word & 0xffff)) != null) {
        break;
      }
      at = (int) (word >> 20) & 0xffc;
    }
    for (Map.Entry<Integer, Integer> entry : list.entrySet()) {
      int offset = entry.getKey();
      fill(offset);
      in.struct(
          "extended_" + Integer.toHexString(entry.getValue()) + "@" + Integer.toHexString(offset),
          "extended capability",
          false,
          () -> {
            in.little("id", 2);
            in.little("version_and_next", 2);
          });
    }
    fill(length);
  }

  /** Keeps the table and the pending bits of MSI-X. */
  static void msix(TreeReader in, int vectors) throws StateFormatException {
    for (int i = 0; i < vectors; i++) {
      in.struct(
          "msix_table",
          "msix entry",
          true,
          () -> {
            in.little("address", 8);
            in.little("data", 4);
            in.little("control", 4);
          });
    }
    in.bytes("msix_pending", (vectors + 7) / 8);
  }
}
