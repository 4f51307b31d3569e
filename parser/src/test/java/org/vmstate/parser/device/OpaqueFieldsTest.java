package org.vmstate.parser.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.FieldValue;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;

/** Opaque fields of a type of their own, built by hand. */
class OpaqueFieldsTest {
  private final List<String> notes = new ArrayList<>();

  private FieldNode expand(String type, ByteBuffer out) {
    byte[] raw = new byte[out.position()];
    out.flip().get(raw);
    FieldDesc desc = new FieldDesc(type, type, FieldType.of(type), 1, false, raw.length, List.of());
    ByteRange range = new ByteRange(16, 16 + raw.length);
    FieldNode field = new FieldNode(desc, range, raw, List.of());
    StateNode state =
        new StateNode(
            new StateDesc("device", 1, List.of(desc), List.of()), range, List.of(field), List.of());
    return DeviceDecoders.expand(state, notes::add).fields().getFirst();
  }

  @Test
  void registersOfAHotPlugControllerHaveNames() {
    ByteBuffer out = ByteBuffer.allocate(64);
    for (int i = 1; i <= 0x24 + 8; i++) {
      out.put((byte) i);
    }
    FieldNode field = expand("shpc", out);
    StateNode node = field.elements().getFirst();
    assertEquals(List.of(), notes);
    assertEquals(field.range(), node.range());
    List<String> names = node.fields().stream().map(f -> f.desc().name()).toList();
    assertEquals("base_offset", names.getFirst());
    assertEquals(2, names.stream().filter("slot"::equals).count());
    assertEquals(
        0x2625,
        FieldValue.integer(node.fields().get(15).elements().getFirst().fields().getFirst(), 0));
    assertEquals(0x0d, FieldValue.integer(node.fields().get(3), 0));
  }

  @Test
  void halfASlotStaysBytes() {
    assertEquals(List.of(), expand("shpc", ByteBuffer.allocate(64).position(0x26)).elements());
    assertEquals(1, notes.size());
  }

  @Test
  void packetsOfARedirectedDeviceAreSeen() {
    ByteBuffer ids = ByteBuffer.allocate(64).putInt(2).putLong(7).putLong(9);
    StateNode node = expand("usb-redir-packet-id-q", ids).elements().getFirst();
    assertEquals(3, node.fields().size());
    ByteBuffer buffers = ByteBuffer.allocate(64).putInt(2).putInt(3).putInt(1).put(new byte[3]);
    buffers.putInt(0).putInt(5);
    node = expand("usb-redir-bufpq", buffers).elements().getFirst();
    assertEquals(3, node.fields().size());
    assertEquals(3, node.fields().get(1).elements().getFirst().fields().size());
    assertEquals(2, node.fields().get(2).elements().getFirst().fields().size());
    ByteBuffer parser = ByteBuffer.allocate(64).putInt(2).putShort((short) 1);
    assertEquals(2, expand("usb-redir-parser", parser).elements().getFirst().fields().size());
    assertEquals(List.of(), notes);
  }

  @Test
  void countsThatTheBytesContradictLeaveThemAsTheyAre() {
    for (String type : List.of("usb-redir-packet-id-q", "usb-redir-bufpq", "usb-redir-parser")) {
      for (int count : new int[] {1, 0x20000000, -1}) {
        ByteBuffer out = ByteBuffer.allocate(64).putInt(count);
        assertTrue(expand(type, out).elements().isEmpty(), type + " " + count);
      }
    }
    ByteBuffer longer = ByteBuffer.allocate(64).putInt(1).putInt(100).putInt(0);
    assertTrue(expand("usb-redir-bufpq", longer).elements().isEmpty());
    ByteBuffer more = ByteBuffer.allocate(64).putInt(0).put((byte) 1);
    assertTrue(expand("usb-redir-bufpq", more).elements().isEmpty());
    assertEquals(11, notes.size());
  }

  private static ByteBuffer command(ByteBuffer out, int state, int code) {
    return out.put((byte) state).put((byte) code).put(new byte[15]).putInt(0x233).putInt(0);
  }

  private static List<String> names(StateNode node) {
    return node.fields().stream().map(f -> f.desc().name()).toList();
  }

  /** A read that waits for its adapter has its data, one that is tried again has none. */
  @Test
  void commandsUnderWayOfADiskAreSeen() {
    ByteBuffer out = ByteBuffer.allocate(4 << 10);
    command(out, 2, 0x28).putLong(0x3a40).putInt(0).putInt(0x20000).putInt(512);
    out.put(new byte[512]);
    command(out, 1, 0x28).putLong(8).putInt(8).putInt(4096);
    command(out, 1, 0x2a).putLong(8).putInt(1).putInt(4096).put(new byte[512]).put((byte) 0);
    StateNode list = expand("scsi-requests", out).elements().getFirst();
    assertEquals(List.of(), notes);
    assertEquals(List.of("request", "request", "request", "end"), names(list));
    List<StateNode> all =
        list.fields().subList(0, 3).stream().map(f -> f.elements().getFirst()).toList();
    assertEquals(0x3a40, FieldValue.integer(all.get(0).fields().get(4), 0));
    assertEquals(List.of("length", "data"), names(all.get(0)).subList(7, 9));
    assertEquals(7, all.get(1).fields().size());
    assertEquals(512, all.get(2).fields().getLast().raw().length);
  }

  @Test
  void commandOfVirtioScsiHasItsPieces() {
    ByteBuffer out = ByteBuffer.allocate(64 << 10);
    command(out, 1, 0x28).putInt(2).put(new byte[16 + 1024 * (8 + 8 + 16 + 16)]);
    out.putLong(8).putInt(8).putInt(4096).put((byte) 0);
    StateNode list = expand("scsi-requests", out).elements().getFirst();
    assertEquals(List.of(), notes);
    StateNode request = list.fields().getFirst().elements().getFirst();
    assertTrue(names(request).contains("queue"), request.toString());
    assertEquals("buffer_length", names(request).getLast());
  }

  /** An inquiry that is done by the device itself has data or not, by the release. */
  @Test
  void commandWithoutDataIsSeenWhereItEnds() {
    ByteBuffer out = command(ByteBuffer.allocate(64), 1, 0x12).put((byte) 0);
    assertEquals(1, expand("scsi-requests", out).elements().size());
    ByteBuffer cut = command(ByteBuffer.allocate(64), 1, 0x28).put((byte) 0);
    assertEquals(List.of(), expand("scsi-requests", cut).elements());
    assertEquals(1, notes.size());
  }
}
