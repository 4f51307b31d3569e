package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.device.VirtioDevice;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;

/** One name for the features that a guest uses, wherever they are sent. */
class GuestFeaturesTest {
  private static final ByteRange NOWHERE = new ByteRange(0, 0);
  private static final String NAME = "0000:00:03.0/virtio-net.guest_features";
  private static final String LOW = "guest_features_low";
  private static final String USO = "VIRTIO_NET_F_HOST_USO";

  private static FieldNode features(String name, long value, int size) {
    FieldDesc desc =
        new FieldDesc(
            name, VirtioDevice.NET.featureType(), FieldType.UNSIGNED, 1, false, size, List.of());
    return new FieldNode(
        desc, NOWHERE, FieldValue.bytes(FieldType.UNSIGNED, value, size), List.of());
  }

  private static StateNode state(String name, FieldNode field, StateNode... subsections) {
    List<StateNode> all = List.of(subsections);
    StateDesc desc =
        new StateDesc(name, 1, List.of(field.desc()), all.stream().map(StateNode::desc).toList());
    return new StateNode(desc, NOWHERE, List.of(field), all);
  }

  private static StateNode set(StateNode state, String change) throws ChangeException {
    SectionChange section = new SectionChange(new Section(1, "0000:00:03.0/virtio-net", 0, 11));
    section.field(ChangeText.set(NAME + change), "guest_features");
    section.apply(List.of(state));
    return section.state(state.range().start()).orElseThrow();
  }

  @Test
  void all64BitsAreChangedWhereTheyAreSent() throws ChangeException {
    StateNode wide = state(GuestFeatures.SUBSECTION, features("guest_features", 1L << 56 | 1, 8));
    StateNode after = set(state("virtio", features(LOW, 1, 4), wide), "-=" + USO);
    assertEquals(1, StateChange.value(after, LOW).getAsLong());
    String path = GuestFeatures.SUBSECTION + ".guest_features";
    assertEquals(1, StateChange.value(after, path).getAsLong());
  }

  @Test
  void lowWordIsChangedWhereItIsSentAlone() throws ChangeException {
    StateNode low = state("virtio", features(LOW, 3, 4));
    assertEquals(2, StateChange.value(set(low, "-=VIRTIO_NET_F_CSUM"), LOW).getAsLong());
    ChangeException e = assertThrows(ChangeException.class, () -> set(low, "+=" + USO));
    assertTrue(
        e.getMessage().contains("without virtio/64bit_features, found " + USO), e.getMessage());
  }
}
