package org.vmstate.formats.device;

/**
 * Constants of the state of a virtio device. Source: QEMU 10.0 hw/virtio/virtio.c, virtio-pci.c,
 * virtio-mmio.c.
 */
public final class VirtioFormat {
  /** Type name of the field that holds transport, queues, device part and subsections. */
  public static final String TYPE = "virtio";

  /** Most queues a device has; the arrays of the subsections have as many entries. */
  public static final int MOST_QUEUES = 1024;

  /** Feature bit: the device is of VIRTIO 1. */
  public static final int VERSION_1 = 32;

  /** Feature bit: rings are packed. */
  public static final int RING_PACKED = 34;

  /**
   * Feature bits that no device of QEMU 5.2 to 11.1 offers by itself: 39 and those from 41 to 49.
   */
  public static final long NEVER_OFFERED = 1L << 39 | 0x1ffL << 41;

  /** Length in bytes of an element taken from a queue, as 64-bit hosts have it. */
  public static final int ELEMENT = 49_168;

  /** Pieces of memory that an element may have in each direction. */
  public static final int MOST_PIECES = 1024;

  private VirtioFormat() {}
}
