package org.vmstate.parser.device;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.device.VirtioDevice;
import org.vmstate.formats.device.VirtioFormat;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;

/** The length of state that is opaque in a description, by its own bytes. */
public final class OpaqueLength {
  private static final Set<String> KNOWN =
      Set.of(VirtioFormat.TYPE, PciFormat.TYPE, PciFormat.MSIX_TYPE, VirtioGpuDecoder.TYPE);

  private OpaqueLength() {}

  /** Reports whether the bytes of a type tell their length. */
  public static boolean knows(String type) {
    return KNOWN.contains(type);
  }

  /**
   * Returns the lengths that a field may have, the likeliest first.
   *
   * @param device name of the device's description
   * @param rest the field and what follows it
   * @param configuration the configuration space that stands before it, empty without one
   */
  public static int[] of(String device, String type, byte[] rest, byte[] configuration) {
    return switch (type) {
      case PciFormat.TYPE -> pci(rest);
      case PciFormat.MSIX_TYPE -> new int[] {msix(configuration)};
      case VirtioFormat.TYPE -> virtio(device, rest);
      case VirtioGpuDecoder.TYPE -> VirtioGpuDecoder.lengths(rest);
      default -> new int[0];
    };
  }

  /** A device on PCI Express may lack the capability where it is plugged into PCI. */
  private static int[] pci(byte[] rest) {
    int told = new PciConfigReader(new TreeReader(rest, 0)).length();
    int other =
        told == PciFormat.CONFIGURATION ? PciFormat.EXPRESS_CONFIGURATION : PciFormat.CONFIGURATION;
    return new int[] {told, other};
  }

  private static int msix(byte[] configuration) {
    try {
      PciConfigReader reader = new PciConfigReader(new TreeReader(configuration, 0));
      reader.read(configuration.length);
      return reader.vectors() < 0 ? 0 : PciFormat.msixLength(reader.vectors());
    } catch (StateFormatException e) {
      return 0;
    }
  }

  private static int[] virtio(String device, byte[] rest) {
    FieldDesc desc =
        new FieldDesc(
            VirtioFormat.TYPE,
            VirtioFormat.TYPE,
            FieldType.OPAQUE,
            1,
            false,
            rest.length,
            List.of());
    FieldNode field = new FieldNode(desc, new ByteRange(0, rest.length), rest, List.of());
    int[] lengths = new int[VirtioReader.Bus.values().length];
    int count = 0;
    for (VirtioReader.Bus bus : VirtioDecoder.buses(field)) {
      try {
        VirtioReader reader =
            new VirtioReader(bus, VirtioDevice.of(device), field, bus == VirtioReader.Bus.CCW);
        lengths[count] = reader.length();
        count++;
      } catch (StateFormatException e) {
        // it is not on this bus
      }
    }
    return Arrays.copyOf(lengths, count);
  }
}
