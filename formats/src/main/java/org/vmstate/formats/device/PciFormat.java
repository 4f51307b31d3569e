package org.vmstate.formats.device;

/**
 * Constants of PCI's configuration space; its integers are little-endian. Source: PCI Local Bus
 * 3.0; QEMU 10.0 hw/pci/pci.c, msix.c.
 */
public final class PciFormat {
  /** Type name of a field that holds a configuration space. */
  public static final String TYPE = "pci config";

  /** Type name of a field that holds the table and the pending bits of MSI-X. */
  public static final String MSIX_TYPE = "msix state";

  /** Version word in front of the configuration space. */
  public static final int VERSION = 2;

  /** Length of the configuration space in bytes. */
  public static final int CONFIGURATION = 256;

  /** The same with PCI Express. */
  public static final int EXPRESS_CONFIGURATION = 4096;

  /** Length of the header in bytes. */
  public static final int HEADER = 64;

  /** Offset of the status register. */
  public static final int STATUS = 0x06;

  /** Bit of the status register: there are capabilities. */
  public static final int HAS_CAPABILITIES = 0x10;

  /** Offset of the header's type. */
  public static final int HEADER_TYPE = 0x0e;

  /** Offset of the first capability's offset. */
  public static final int CAPABILITIES = 0x34;

  /** Capability: power management. */
  public static final int POWER = 0x01;

  /** Capability: message-signalled interrupts. */
  public static final int MSI = 0x05;

  /** Capability of the vendor, of virtio for instance. */
  public static final int VENDOR = 0x09;

  /** Capability: ids of the subsystem after a bridge. */
  public static final int SUBSYSTEM = 0x0d;

  /** Capability: PCI Express. */
  public static final int EXPRESS = 0x10;

  /** Capability: MSI-X. */
  public static final int MSI_X = 0x11;

  /** Length in bytes of an entry of the MSI-X table. */
  public static final int MSI_X_ENTRY = 16;

  private PciFormat() {}

  /** Returns the length in bytes of table and pending bits of MSI-X. */
  public static int msixLength(int vectors) {
    return vectors * MSI_X_ENTRY + (vectors + 7) / 8;
  }
}
