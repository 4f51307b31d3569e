package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;

/** The bits of plugged memory follow the size of its blocks. */
class PluggedMemoryTest {
  private static final ByteRange NOWHERE = new ByteRange(0, 0);

  private static final String SECTION = "0000:00:01.0/virtio-mem-device-early#0";

  private static FieldNode field(String name, FieldType type, byte[] raw, StateNode... inside) {
    FieldDesc desc =
        new FieldDesc(
            name,
            type == FieldType.UNSIGNED ? "uint64" : name,
            type,
            1,
            false,
            raw.length,
            List.of(inside).stream().map(StateNode::desc).toList());
    return new FieldNode(desc, NOWHERE, raw, List.of(inside));
  }

  private static FieldNode word(String name, long value) {
    return field(name, FieldType.UNSIGNED, FieldValue.bytes(FieldType.UNSIGNED, value, 8));
  }

  private static StateNode state(String name, List<FieldNode> fields) {
    StateDesc desc =
        new StateDesc(name, 1, fields.stream().map(FieldNode::desc).toList(), List.of());
    return new StateNode(desc, NOWHERE, fields, List.of());
  }

  /** Makes memory of blocks of 4 MiB. */
  private static StateNode memory(long region, String bitmap) {
    List<FieldNode> compared = List.of(word("region_size", region), word("block_size", 4 << 20));
    return state(
        "virtio-mem-device-early",
        List.of(
            field("tmp", FieldType.INLINE, new byte[0], state("tmp", compared)),
            field("bitmap", FieldType.OPAQUE, HexFormat.of().parseHex(bitmap))));
  }

  private static StateNode with(StateNode state, long size) throws ChangeException {
    return PluggedMemory.withBlockSize(state, new Change.SetBlockSize(SECTION, size));
  }

  @Test
  void eachBitBecomesAsManyAsTheBlockHasParts() throws ChangeException {
    // 40 blocks: the first, the 33rd and the last
    StateNode state = with(memory(40L << 22, "0000008100000001"), 1 << 20);
    Fields fields = new Fields(state);
    assertEquals(1 << 20, fields.value("block_size"));
    assertArrayEquals(
        HexFormat.of().parseHex("000000000000000f" + "0000000000000000" + "00000000f000000f"),
        fields.bytes("bitmap"));
    List<FieldDesc> described = state.desc().fields();
    assertEquals(24, described.getLast().size());
  }

  @Test
  void onlyPartsOfTheBlockAreTaken() {
    for (long size : new long[] {0, -1, 3 << 20, 8 << 20}) {
      ChangeException e =
          assertThrows(
              ChangeException.class,
              () -> with(memory(64L << 22, "0000000000000001"), size),
              Long.toString(size));
      assertTrue(e.getMessage().contains("expected a part of 0x400000"), e.getMessage());
    }
    for (long region : new long[] {-1, 1, Long.MAX_VALUE - (4 << 20) + 1}) {
      assertThrows(ChangeException.class, () -> with(memory(region, "0000000000000001"), 1));
    }
    StateNode other = state("timer", List.of(word("block_size", 1)));
    ChangeException e = assertThrows(ChangeException.class, () -> with(other, 1));
    assertTrue(e.getMessage().contains("found another state"), e.getMessage());
  }

  @Test
  void pathWithAStarNamesTheSameInEachElement() {
    List<FieldNode> outputs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      outputs.add(
          field("scanout", FieldType.INLINE, new byte[0], state("s", List.of(word("x", i)))));
    }
    StateNode state = state("gpu", outputs);
    assertEquals(
        List.of("scanout[0].x", "scanout[1].x", "scanout[2].x"),
        StateChange.places(state, "scanout[*].x"));
    assertEquals(List.of("other[*].x"), StateChange.places(state, "other[*].x"));
    assertEquals(2, StateChange.value(state, "scanout[2].x").orElseThrow());
    assertTrue(StateChange.value(state, "scanout[3].x").isEmpty());
  }
}
