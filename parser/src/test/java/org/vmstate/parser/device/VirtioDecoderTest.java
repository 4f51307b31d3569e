package org.vmstate.parser.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.device.BitNames;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;

/** States of virtio devices built by hand, decoded to the last byte or left alone. */
class VirtioDecoderTest {
  private static final long ORIGIN = 0x1000;

  private final ByteBuffer out = ByteBuffer.allocate(64 << 10);

  private StateNode expand(String device, String type, List<String> notes) {
    byte[] raw = new byte[out.position()];
    out.flip().get(raw);
    FieldDesc desc = new FieldDesc(type, type, FieldType.of(type), 1, false, raw.length, List.of());
    ByteRange range = new ByteRange(ORIGIN, ORIGIN + raw.length);
    FieldNode field = new FieldNode(desc, range, raw, List.of());
    StateNode state =
        new StateNode(
            new StateDesc(device, 1, List.of(desc), List.of()), range, List.of(field), List.of());
    return DeviceDecoders.expand(state, notes::add);
  }

  private void subsection(String name) {
    out.put((byte) 5).put((byte) name.length());
    out.put(name.getBytes(StandardCharsets.US_ASCII)).putInt(1);
  }

  /** Version, a configuration space with MSI-X of two vectors, levels, table. */
  private void pciHead() {
    out.putInt(2);
    byte[] config = new byte[256];
    config[0] = (byte) 0xf4;
    config[1] = 0x1a;
    config[6] = 0x10;
    config[0x34] = (byte) 0x98;
    config[0x98] = 0x11;
    config[0x9a] = 1;
    out.put(config).put(new byte[16]).put(new byte[2 * 16 + 1]).putShort((short) -1);
  }

  private static StateNode decoded(StateNode state) {
    assertEquals(1, state.fields().getFirst().elements().size());
    return state.fields().getFirst().elements().getFirst();
  }

  private static FieldNode field(StateNode node, String name) {
    return node.fields().stream()
        .filter(f -> f.desc().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void isWithoutHole(StateNode node) {
    long at = node.range().start();
    if (node.desc().name().contains("/")) {
      at += 2 + node.desc().name().length() + 4;
    }
    for (FieldNode field : node.fields()) {
      assertEquals(at, field.range().start(), field.desc().name());
      field.elements().forEach(VirtioDecoderTest::isWithoutHole);
      at = field.range().end();
    }
    for (StateNode subsection : node.subsections()) {
      assertEquals(at, subsection.range().start(), subsection.desc().name());
      isWithoutHole(subsection);
      at = subsection.range().end();
    }
    assertEquals(node.range().end(), at, node.desc().name());
  }

  @Test
  void balloonOnPciIsReadToItsEnd() {
    pciHead();
    out.put((byte) 15).put((byte) 1).putShort((short) 2).putInt(2).putInt(8);
    out.putInt(Integer.reverseBytes(77)).putInt(Integer.reverseBytes(66));
    out.putInt(1).putInt(128).putLong(0xfdd000).putShort((short) 9).putShort((short) -1);
    out.putInt(77).putInt(66);
    subsection("virtio/64bit_features");
    out.putLong(1L << 32 | 2);
    subsection("virtio/virtqueues");
    out.putLong(0xfde000).putLong(0xfdf000).put(new byte[1023 * 16]);
    subsection("virtio/extra_state");
    subsection("virtio_pci/modern_state");
    out.putInt(0).putInt(1).putInt(2).putInt(1).put(new byte[28672]);
    List<String> notes = new ArrayList<>();
    StateNode state = decoded(expand("virtio-balloon", "virtio", notes));
    assertEquals(List.of(), notes);
    isWithoutHole(state);
    assertEquals(77, FieldValue.integer(config(state, "num_pages"), 0));
    assertEquals(66, FieldValue.integer(config(state, "actual"), 0));
    FieldNode features = state.subsections().getFirst().fields().getFirst();
    List<String> names =
        BitNames.of(features.desc().typeName()).orElseThrow().set(FieldValue.integer(features, 0));
    assertEquals(List.of("VIRTIO_BALLOON_F_STATS_VQ", "VIRTIO_F_VERSION_1"), names);
    FieldNode ring = state.subsections().get(1).fields().getFirst();
    assertEquals(0xfde000, FieldValue.integer(ring.elements().getFirst().fields().get(0), 0));
  }

  private static FieldNode config(StateNode state, String name) {
    return field(field(state, "config").elements().getFirst(), name);
  }

  @Test
  void deviceOnMmioIsTheFormThatEndsWithTheLastByte() {
    out.putInt(1).putInt(0).putInt(12);
    out.put((byte) 0).put((byte) 0).putShort((short) 0).putInt(0).putInt(0);
    out.putInt(1).putInt(8).putInt(4096).putLong(0).putShort((short) 0);
    StateNode state = decoded(expand("virtio-rng", "virtio", new ArrayList<>()));
    isWithoutHole(state);
    StateNode queue = field(state, "queue").elements().getFirst();
    assertEquals(4096, FieldValue.integer(field(queue, "align"), 0));
  }

  @Test
  void portsOfASerialDeviceAreCountedInTheGuestsOrder() {
    for (int ports : new int[] {31, Integer.reverseBytes(31)}) {
      out.clear();
      out.putInt(1).putInt(0).putInt(12);
      out.put((byte) 0).put((byte) 0).putShort((short) 0).putInt(0).putInt(0).putInt(0);
      out.putShort((short) 0).putShort((short) 0).putInt(ports).putInt(1).putInt(0);
      StateNode state = decoded(expand("virtio-console", "virtio", new ArrayList<>()));
      isWithoutHole(state);
      assertEquals(
          1,
          field(state, "device").elements().getFirst().fields().stream()
              .filter(f -> f.desc().name().equals("ports_map"))
              .count());
    }
  }

  @Test
  void subsectionThatIsNotKnownLeavesTheBytesAlone() {
    pciHead();
    out.put((byte) 0).put((byte) 0).putShort((short) 0).putInt(0).putInt(0).putInt(0);
    subsection("virtio/of_tomorrow");
    out.putInt(1);
    List<String> notes = new ArrayList<>();
    StateNode state = expand("virtio-rng", "virtio", notes);
    assertTrue(state.fields().getFirst().elements().isEmpty());
    assertEquals(1, notes.size());
    assertTrue(notes.getFirst().contains("virtio/of_tomorrow"), notes.getFirst());
  }

  @Test
  void stateThatEndsEarlyOrCountsTooMuchLeavesTheBytesAlone() {
    pciHead();
    out.put((byte) 0).put((byte) 0).putShort((short) 0).putInt(0).putInt(1 << 30);
    List<String> notes = new ArrayList<>();
    assertTrue(expand("virtio-net", "virtio", notes).fields().getFirst().elements().isEmpty());
    assertFalse(notes.isEmpty());
  }

  @Test
  void msixTableHasAsManyEntriesAsItsLengthAllows() {
    out.put(new byte[3 * 16 + 1]);
    out.put(0, (byte) 0x10);
    StateNode state = decoded(expand("msix", "msix state", new ArrayList<>()));
    isWithoutHole(state);
    assertEquals(4, state.fields().size());
    StateNode first = state.fields().getFirst().elements().getFirst();
    assertEquals(0x10, FieldValue.integer(field(first, "address"), 0));
  }

  @Test
  void typeWithoutADecoderStaysAsItIs() {
    out.putInt(1);
    StateNode state = expand("x", "of some other type", new ArrayList<>());
    assertSame(state, DeviceDecoders.expand(state));
  }
}
