package org.vmstate.formats.device;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/** What each PCI function's state begins with. Source: QEMU 10.0 hw/pci/pci.c. */
public final class PciFunction {
  private static final String TYPE = "PCIDevice";
  private static final String VERSION = "version_id";

  private PciFunction() {}

  /** Returns the version of a device's PCI function when no loader takes it. */
  public static OptionalLong badVersion(StateNode device) {
    StateNode node = device;
    while (!node.fields().isEmpty()) {
      FieldNode first = node.fields().getFirst();
      if (node.desc().name().equals(TYPE)) {
        byte[] raw = first.raw();
        if (!first.desc().name().equals(VERSION) || raw.length != Integer.BYTES) {
          return OptionalLong.empty();
        }
        int version = ByteBuffer.wrap(raw).getInt();
        return version < 0 || version > PciFormat.VERSION
            ? OptionalLong.of(version)
            : OptionalLong.empty();
      }
      if (first.elements().isEmpty()) {
        return OptionalLong.empty();
      }
      node = first.elements().getFirst();
    }
    return OptionalLong.empty();
  }
}
