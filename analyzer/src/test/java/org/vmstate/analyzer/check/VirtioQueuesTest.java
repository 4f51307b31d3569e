package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.testkit.ImageBytes;

class VirtioQueuesTest {
  /** A device on PCI with one queue of 8 entries and features. */
  private static byte[] blob(long features) {
    return new ImageBytes()
        .be32(2)
        .zeros(256 + 16)
        .zeros(1 + 1 + 2 + 4)
        .be32(0)
        .be32(1)
        .be32(8)
        .be64(0x1000)
        .u8(0)
        .u8(5)
        .u8(5)
        .name("virtio/64bit_features")
        .be32(1)
        .be64(features)
        .toBytes();
  }

  private static FieldNode field(byte[] raw) {
    FieldDesc desc =
        new FieldDesc("virtio", "virtio", FieldType.OPAQUE, 1, false, raw.length, List.of());
    ByteRange range = new ByteRange(0, raw.length);
    FieldNode field = new FieldNode(desc, range, raw, List.of());
    StateDesc state = new StateDesc("virtio-rng", 1, List.of(desc), List.of());
    return DeviceDecoders.expand(new StateNode(state, range, List.of(field), List.of()))
        .fields()
        .getFirst();
  }

  @Test
  void queueOfALegacyDeviceHasItsRingAfterItsDescriptors() {
    assertEquals(
        List.of(new VirtioQueues.Queue(0, 8, 0x1000 + 8 * 16, 5)),
        VirtioQueues.of(field(blob(1L << 32))));
    assertEquals(List.of(), VirtioQueues.of(field(new byte[300])));
  }

  @Test
  void addressesAreTranslatedWhenThePlatformGrantsAccess() {
    assertTrue(VirtioQueues.isTranslated(field(blob(3L << 32))));
    assertFalse(VirtioQueues.isTranslated(field(blob(1L << 32))));
    assertFalse(VirtioQueues.isTranslated(field(new byte[300])));
  }
}
