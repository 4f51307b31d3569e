package org.vmstate.parser.device;

import java.util.Optional;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/** Table and pending bits of MSI-X: fields of type {@code msix state}. */
final class MsixDecoder implements DeviceDecoder {
  @Override
  public Optional<StateNode> decode(String device, FieldNode field) throws StateFormatException {
    int length = field.raw().length;
    // 16 bytes and one bit for each vector
    int vectors = (int) (length * 8L / (PciFormat.MSI_X_ENTRY * 8 + 1));
    if (PciFormat.msixLength(vectors) != length) {
      return Optional.empty();
    }
    TreeReader in = new TreeReader(field.raw(), field.range().start());
    PciConfigReader.msix(in, vectors);
    return Optional.of(in.finish(PciFormat.MSIX_TYPE));
  }
}
