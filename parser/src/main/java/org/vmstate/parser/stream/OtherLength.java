package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.device.VirtioFormat;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.io.ByteSource;

/**
 * The state of a virtio device that is not of the length that its description gives. No loader goes
 * by the description: what reads as a virtio device to its last byte is whole.
 */
final class OtherLength {
  private static final int MOST = 16 << 20;

  private OtherLength() {}

  /** Returns the state between two offsets when the only field that is described fills it. */
  static Optional<StateNode> read(ByteSource source, ByteRange range, StateDesc described)
      throws IOException {
    List<FieldDesc> fields = described.fields();
    boolean alone =
        fields.size() == 1
            && fields.getFirst().typeName().equals(VirtioFormat.TYPE)
            && described.subsections().isEmpty();
    if (!alone || range.length() < 1 || range.length() > MOST) {
      return Optional.empty();
    }
    ByteBuffer payload = ByteBuffer.allocate((int) range.length());
    source.copy(range.start(), payload);
    FieldDesc old = fields.getFirst();
    FieldDesc desc =
        new FieldDesc(
            old.name(), old.typeName(), old.type(), 1, false, range.length(), old.nested());
    FieldNode field = new FieldNode(desc, range, payload.array(), List.of());
    StateNode state =
        new StateNode(
            new StateDesc(described.name(), described.version(), List.of(desc), List.of()),
            range,
            List.of(field),
            List.of());
    boolean whole = !DeviceDecoders.expand(state).fields().getFirst().elements().isEmpty();
    return whole ? Optional.of(state) : Optional.empty();
  }
}
