package org.vmstate.parser.device;

import java.util.Optional;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * Registers of a standard hot-plug controller: fields of type {@code shpc}, 36 bytes and 4 for each
 * slot, in little-endian order. Source: QEMU 10.0 hw/pci/shpc.c.
 */
final class ShpcDecoder implements DeviceDecoder {
  private static final int HEAD = 0x24;
  private static final int SLOT = 4;

  @Override
  public Optional<StateNode> decode(String device, FieldNode field) throws StateFormatException {
    int length = field.raw().length;
    if (length < HEAD || (length - HEAD) % SLOT != 0) {
      return Optional.empty();
    }
    TreeReader in = new TreeReader(field.raw(), field.range().start());
    in.little("base_offset", 4);
    in.little("slots_33", 4);
    in.little("slots_66", 4);
    in.little("nslots", 1);
    in.little("first_device", 1);
    in.little("physical_slot", 2);
    in.little("secondary_bus", 2);
    in.little("msi_control", 1);
    in.little("programming_interface", 1);
    in.little("command", 1);
    in.little("command_target", 1);
    in.little("command_status", 2);
    in.little("interrupt_locator", 4);
    in.little("serr_locator", 4);
    in.little("serr_interrupt", 4);
    while (in.remaining() > 0) {
      in.struct(
          "slot",
          "shpc slot",
          true,
          () -> {
            in.little("status", 2);
            in.little("event_latch", 1);
            in.little("interrupt_disabled", 1);
          });
    }
    return Optional.of(in.finish("shpc"));
  }
}
