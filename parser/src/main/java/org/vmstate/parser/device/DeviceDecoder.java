package org.vmstate.parser.device;

import java.util.Optional;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/** Reads the bytes of an opaque field into named fields. */
interface DeviceDecoder {
  /**
   * Returns the fields, which account for each byte of the field.
   *
   * @param device vmsd name of the device
   * @return nothing when the bytes are of a form that this does not know
   * @throws StateFormatException when the bytes contradict their form
   */
  Optional<StateNode> decode(String device, FieldNode field) throws StateFormatException;
}
