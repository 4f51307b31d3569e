package org.vmstate.parser.device;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.device.VirtioDevice;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * The state of a virtio device: fields of type {@code virtio}. Nothing says on which bus the device
 * is, so of the forms that are possible the one counts that ends with the last byte.
 */
final class VirtioDecoder implements DeviceDecoder {
  @Override
  public Optional<StateNode> decode(String device, FieldNode field) throws StateFormatException {
    VirtioDevice kind = VirtioDevice.of(device);
    List<VirtioReader.Bus> buses = buses(field);
    if (buses.getFirst() == VirtioReader.Bus.PCI) {
      try {
        return Optional.of(read(VirtioReader.Bus.PCI, kind, field));
      } catch (StateFormatException e) {
        boolean told =
            e.reason().rule() == Rule.VIRTIO_STATE
                || e instanceof UnsupportedFeatureException
                || kind == VirtioDevice.OTHER;
        throw told ? e : new MalformedDataException(e.problem().as(Reason.VIRTIO_UNREADABLE));
      }
    }
    StateFormatException first = null;
    for (VirtioReader.Bus bus : buses) {
      try {
        return Optional.of(read(bus, kind, field));
      } catch (StateFormatException e) {
        first = first == null ? e : first;
      }
    }
    throw first;
  }

  /** Returns the buses on which the device may be. */
  static List<VirtioReader.Bus> buses(FieldNode field) {
    boolean pci =
        field.raw().length > PciFormat.CONFIGURATION
            && ByteBuffer.wrap(field.raw()).getInt() == PciFormat.VERSION;
    return pci
        ? List.of(VirtioReader.Bus.PCI)
        : List.of(VirtioReader.Bus.MMIO, VirtioReader.Bus.CCW);
  }

  private static StateNode read(VirtioReader.Bus bus, VirtioDevice kind, FieldNode field)
      throws StateFormatException {
    VirtioReader reader = new VirtioReader(bus, kind, field, bus == VirtioReader.Bus.CCW);
    StateNode state = reader.read();
    if (reader.bigEndian() == (bus == VirtioReader.Bus.CCW)) {
      return state;
    }
    return new VirtioReader(bus, kind, field, reader.bigEndian()).read();
  }
}
