package org.vmstate.parser.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** A virtio device is as long as its state says, whatever its description says. */
class OtherLengthTest {
  private static final int BEFORE = 7;

  /** A random number generator on MMIO with one queue. */
  static ImageBytes device() {
    ImageBytes bytes = new ImageBytes().be32(1).be32(0).be32(12).u8(0).u8(0).be16(0).be32(0);
    return bytes.be32(0).be32(1).be32(8).be32(4096).be64(0).be16(0);
  }

  private static FieldDesc field(String type) {
    return new FieldDesc("virtio", type, FieldType.of(type), 1, false, 3, List.of());
  }

  private static StateDesc described(List<FieldDesc> fields, StateDesc... subsections) {
    return new StateDesc("virtio-rng", 1, fields, List.of(subsections));
  }

  private static Optional<StateNode> read(ImageBytes payload, StateDesc described)
      throws IOException {
    byte[] bytes = new ImageBytes().zeros(BEFORE).raw(payload.toBytes()).text("after").toBytes();
    return OtherLength.read(
        new HeapSource(bytes, 0, new StructurePath()),
        new ByteRange(BEFORE, BEFORE + payload.size()),
        described);
  }

  @Test
  void stateThatReadsToItsLastByteIsWhole() throws IOException {
    StateNode state = read(device(), described(List.of(field("virtio")))).orElseThrow();
    ByteRange all = new ByteRange(BEFORE, BEFORE + device().size());
    assertEquals(all, state.range());
    assertEquals(all, state.fields().getFirst().range());
    assertArrayEquals(device().toBytes(), state.fields().getFirst().raw());
    assertEquals(device().size(), state.fields().getFirst().desc().size());
    assertEquals("virtio", state.fields().getFirst().desc().name());
    assertEquals("virtio-rng", state.desc().name());
    assertEquals(1, state.desc().version());
  }

  @Test
  void stateThatEndsElsewhereIsNone() throws IOException {
    StateDesc described = described(List.of(field("virtio")));
    assertEquals(Optional.empty(), read(device().u8(0), described));
    assertEquals(Optional.empty(), read(new ImageBytes(), described));
    byte[] bytes = device().toBytes();
    for (int length = 1; length < bytes.length; length++) {
      ImageBytes cut = new ImageBytes();
      for (int i = 0; i < length; i++) {
        cut.u8(bytes[i] & 0xff);
      }
      assertEquals(Optional.empty(), read(cut, described), "length " + length);
    }
  }

  @Test
  void onlyADeviceOfNothingElseIsTried() throws IOException {
    FieldDesc virtio = field("virtio");
    assertEquals(Optional.empty(), read(device(), described(List.of())));
    assertEquals(Optional.empty(), read(device(), described(List.of(field("buffer")))));
    assertEquals(Optional.empty(), read(device(), described(List.of(virtio, virtio))));
    assertEquals(
        Optional.empty(), read(device(), described(List.of(virtio), described(List.of()))));
  }
}
