package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.vmstate.formats.device.VirtioFormat;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;

/**
 * The state of a virtio device that is not of the length that its description gives. No loader goes
 * by the description: what reads as a virtio device to its last byte is whole.
 */
final class OtherLength {
  private static final int MOST = 16 << 20;

  private OtherLength() {}

  /** Reports whether a device's state is whole when its only field has another length. */
  static boolean isWhole(Event.Device device, StateDesc described) throws IOException {
    List<FieldDesc> fields = described.fields();
    boolean alone =
        fields.size() == 1
            && fields.getFirst().typeName().equals(VirtioFormat.TYPE)
            && described.subsections().isEmpty();
    long length = device.range().length();
    if (!alone || !device.content().isSeekable() || length > MOST) {
      return false;
    }
    ByteBuffer payload = ByteBuffer.allocate((int) length);
    device.content().copy(device.range().start(), payload);
    FieldDesc old = fields.getFirst();
    FieldDesc field =
        new FieldDesc(
            old.name(), old.typeName(), old.type(), 1, old.isArray(), length, old.nested());
    StateDesc desc =
        new StateDesc(described.name(), described.version(), List.of(field), List.of());
    FieldNode node = new FieldNode(field, device.range(), payload.array(), List.of());
    StateNode state = new StateNode(desc, device.range(), List.of(node), List.of());
    return !DeviceDecoders.expand(state).fields().getFirst().elements().isEmpty();
  }
}
