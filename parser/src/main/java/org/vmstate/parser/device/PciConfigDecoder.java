package org.vmstate.parser.device;

import java.util.Optional;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/** The configuration space of a PCI device: fields of type {@code pci config}. */
final class PciConfigDecoder implements DeviceDecoder {
  @Override
  public Optional<StateNode> decode(String device, FieldNode field) throws StateFormatException {
    int length = field.raw().length;
    if (length != PciFormat.CONFIGURATION && length != PciFormat.EXPRESS_CONFIGURATION) {
      return Optional.empty();
    }
    TreeReader in = new TreeReader(field.raw(), field.range().start());
    new PciConfigReader(in).read(length);
    return Optional.of(in.finish("pci config"));
  }
}
