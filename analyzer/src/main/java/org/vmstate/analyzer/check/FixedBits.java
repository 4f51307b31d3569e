package org.vmstate.analyzer.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.vmstate.formats.device.PciFormat;

/**
 * The bits of a configuration space that no guest can write and that QEMU compares when it loads:
 * identity, class, kind of header, kinds of the base addresses, and of the capabilities and
 * extended capabilities the list and what is read-only. Source: QEMU 10.0 hw/pci/pci.c, msi.c,
 * msix.c, pcie.c, hw/virtio/virtio-pci.c.
 */
final class FixedBits {
  private static final int[] IDENTITY = {0, 1, 2, 3, 8, 9, 10, 11, PciFormat.HEADER_TYPE};

  /** Programming interface, subclass and class, a byte each. */
  private static final int CLASS = 9;

  private static final int MOST_CAPABILITIES = 48;
  private static final int FIRST_BASE = 0x10;
  private static final int BASES = 6;
  private static final int BRIDGE_BASES = 2;

  /**
   * Kind of a virtio capability through which the guest reads and writes elsewhere. Where it looks
   * stands in one byte and in all from the eighth on, which are the guest's to write.
   */
  private static final int WINDOW = 5;

  private static final int BASE_OF_WINDOW = 4;

  /** Of the low byte of power management's control: the device keeps its state in D0. */
  private static final int NO_SOFT_RESET = 8;

  /** Of the high byte of a PCI Express capability's flags: the port has a slot. */
  private static final int SLOT = 1;

  /** Of PCI Express, four bytes each: what device, link and slot can do. */
  private static final int DEVICE_CAPABILITIES = 0x04;

  private static final int LINK_CAPABILITIES = 0x0c;
  private static final int SLOT_CAPABILITIES = 0x14;
  private static final int MORE_DEVICE_CAPABILITIES = 0x24;
  private static final int MORE_LINK_CAPABILITIES = 0x2c;

  /** Extended capabilities of which more than the kind is compared. */
  private static final int SERIAL_NUMBER = 0x03;

  private static final int ACCESS_CONTROL = 0x0d;
  private static final int ROUTING_ID = 0x0e;
  private static final int TRANSLATION = 0x0f;

  private FixedBits() {}

  /** Returns a mask as long as a space. */
  static byte[] of(byte[] own) {
    byte[] mask = new byte[own.length];
    for (int at : IDENTITY) {
      mask[at] = -1;
    }
    mask[PciFormat.STATUS] = PciFormat.HAS_CAPABILITIES;
    mask[PciFormat.CAPABILITIES] = -1;
    int bases = (own[PciFormat.HEADER_TYPE] & 0x7f) == 0 ? BASES : BRIDGE_BASES;
    for (int i = 0; i < bases; i++) {
      int at = FIRST_BASE + 4 * i;
      boolean upper = i > 0 && (own[at - 4] & 7) == 4;
      // without a base address QEMU compares nothing, and a 64-bit one has two words
      if (own[at] != 0 && !upper) {
        mask[at] = (byte) ((own[at] & 1) == 0 ? 0xf : 3);
      }
    }
    int at = own[PciFormat.CAPABILITIES] & 0xfc;
    for (int i = 0; i < MOST_CAPABILITIES && at >= PciFormat.HEADER; i++) {
      capability(own, mask, at);
      at = own[at + 1] & 0xfc;
    }
    extended(own, mask);
    return mask;
  }

  /** Of extended capabilities: kind and version, the next one, and what is read-only. */
  private static void extended(byte[] own, byte[] mask) {
    int at = PciFormat.CONFIGURATION;
    for (int i = 0; i < MOST_CAPABILITIES && at + 4 <= own.length; i++) {
      int head = ByteBuffer.wrap(own).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
      if (head == 0) {
        return;
      }
      fill(mask, at, 4);
      switch (head & 0xffff) {
        case SERIAL_NUMBER -> fill(mask, at + 4, 8);
        case ACCESS_CONTROL, ROUTING_ID, TRANSLATION -> fill(mask, at + 4, 2);
        default -> {}
      }
      at = head >>> 20 & 0xffc;
      if (at < PciFormat.CONFIGURATION) {
        return;
      }
    }
  }

  private static void capability(byte[] own, byte[] mask, int at) {
    fill(mask, at, 2);
    switch (own[at]) {
      case PciFormat.POWER -> {
        fill(mask, at + 2, 2);
        mask(mask, at + 4, NO_SOFT_RESET);
      }
      case PciFormat.MSI -> {
        // how many messages it can send, whether it has long addresses and masks
        mask(mask, at + 2, 0x8e);
        mask(mask, at + 3, 1);
        // an address is one of words
        mask(mask, at + 4, 3);
      }
      case PciFormat.MSI_X -> {
        // size of the table, table and pending bits
        mask(mask, at + 2, 0xff);
        mask(mask, at + 3, 0x07);
        fill(mask, at + 4, 8);
      }
      case PciFormat.EXPRESS -> {
        fill(mask, at + 2, 2);
        fill(mask, at + DEVICE_CAPABILITIES, isUsb(own) ? 8 : 4);
        fill(mask, at + LINK_CAPABILITIES, 4);
        if ((own[at + 2] & 0xf) > 1) {
          fill(mask, at + MORE_DEVICE_CAPABILITIES, 4);
          fill(mask, at + MORE_LINK_CAPABILITIES, 4);
        }
        if ((own[at + 3] & SLOT) != 0) {
          fill(mask, at + SLOT_CAPABILITIES, 4);
        }
      }
      case PciFormat.VENDOR -> {
        boolean virtio = own[0] == (byte) 0xf4 && own[1] == 0x1a;
        if (virtio && own[at + 3] == WINDOW) {
          fill(mask, at, BASE_OF_WINDOW);
          fill(mask, at + BASE_OF_WINDOW + 1, 3);
        } else if (virtio) {
          fill(mask, at, own[at + 2] & 0xff);
        }
      }
      default -> {}
    }
  }

  /** A controller of USB reports no errors, so that nothing of its control and status changes. */
  private static boolean isUsb(byte[] own) {
    return own[CLASS + 1] == 3 && own[CLASS + 2] == 0xc;
  }

  private static void mask(byte[] mask, int at, int bits) {
    if (at < mask.length) {
      mask[at] = (byte) bits;
    }
  }

  private static void fill(byte[] mask, int from, int length) {
    int end = Math.min(mask.length, from + length);
    Arrays.fill(mask, Math.min(from, end), end, (byte) -1);
  }
}
