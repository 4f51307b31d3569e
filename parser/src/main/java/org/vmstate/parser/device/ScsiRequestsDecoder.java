package org.vmstate.parser.device;

import java.util.Optional;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Commands under way of a SCSI disk: fields of type {@code scsi-requests}. What an adapter and a
 * device add to a command is not delimited, so only a list without commands is understood. Source:
 * QEMU 10.0 hw/scsi/scsi-bus.c.
 */
final class ScsiRequestsDecoder implements DeviceDecoder {
  @Override
  public Optional<StateNode> decode(String device, FieldNode field) throws StateFormatException {
    if (field.raw().length != 1 || field.raw()[0] != 0) {
      return Optional.empty();
    }
    TreeReader in = new TreeReader(field.raw(), field.range().start());
    in.big("end", 1);
    return Optional.of(in.finish("scsi-requests"));
  }
}
