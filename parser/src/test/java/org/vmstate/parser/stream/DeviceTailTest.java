package org.vmstate.parser.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.FieldDesc;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** Sections are counted back from the description by the length that it gives each of them. */
class DeviceTailTest {
  private static FieldDesc field(int count, long size) {
    return new FieldDesc("f", "buffer", FieldType.BUFFER, count, count != 1, size, List.of());
  }

  private static StateDesc state(List<FieldDesc> fields, StateDesc... subsections) {
    return new StateDesc("dev", 1, fields, List.of(subsections));
  }

  private static StateDesc subsection(String name, FieldDesc... fields) {
    return new StateDesc(name, 1, List.of(fields), List.of());
  }

  /** Where the sections begin after so many bytes of something else, as far as they may reach. */
  private static OptionalLong found(int before, int lowest, ImageBytes payload, StateDesc... states)
      throws IOException {
    ImageBytes image = new ImageBytes().zeros(before);
    for (int i = 0; i < states.length; i++) {
      image.section(4, i, "d", i, 1).raw(payload.toBytes()).footer(i);
    }
    List<DeviceDesc> devices =
        IntStream.range(0, states.length).mapToObj(i -> new DeviceDesc("d", i, states[i])).toList();
    HeapSource source = new HeapSource(image.toBytes(), 0, new StructurePath());
    return DeviceTail.find(source, devices, lowest, image.size(), _ -> false);
  }

  private static void counted(ImageBytes payload, StateDesc state) throws IOException {
    assertEquals(OptionalLong.of(7), found(7, 7, payload, state));
  }

  private static void notCounted(ImageBytes payload, StateDesc state) throws IOException {
    assertEquals(OptionalLong.empty(), found(7, 0, payload, state));
  }

  @Test
  void sectionMayBeginWhereTheyBegin() throws IOException {
    StateDesc two = state(List.of(field(1, 2)));
    ImageBytes payload = new ImageBytes().be16(5);
    assertEquals(OptionalLong.of(0), found(0, 0, payload, two));
    assertEquals(OptionalLong.of(9), found(9, 9, payload, two, two, two));
    assertEquals(OptionalLong.empty(), found(9, 10, payload, two));
  }

  @Test
  void stateMayBeEmpty() throws IOException {
    counted(new ImageBytes(), state(List.of()));
  }

  @Test
  void fieldWithoutBytesIsCountedAsNone() throws IOException {
    counted(new ImageBytes().u8(1), state(List.of(field(1, 0), field(1, 1))));
    counted(new ImageBytes().u8(1), state(List.of(field(0, 4), field(1, 1))));
    counted(new ImageBytes().u8(1), state(List.of(field(1, 1), field(3, 0))));
  }

  @Test
  void fieldCannotHaveLessThanNoBytes() throws IOException {
    notCounted(new ImageBytes().u8(1), state(List.of(field(1, 3), field(2, -1))));
    notCounted(new ImageBytes(), state(List.of(field(0, -1))));
  }

  @Test
  void subsectionMayBeEmpty() throws IOException {
    ImageBytes payload = new ImageBytes().u8(1).u8(5).name("dev/x").be32(1);
    counted(payload, state(List.of(field(1, 1)), subsection("dev/x")));
  }

  @Test
  void subsectionsAreCountedOneAfterTheOther() throws IOException {
    ImageBytes payload = new ImageBytes().u8(1).u8(5).name("dev/x").be32(1).be16(3);
    payload.u8(5).name("dev/longer").be32(1).be32(7);
    counted(
        payload,
        state(
            List.of(field(1, 1)),
            subsection("dev/x", field(1, 2)),
            subsection("dev/longer", field(2, 2))));
  }

  /** The product of these is 2 to the 64th, which is 0 for whoever multiplies. */
  @Test
  void productOfMoreThan63BitsIsNotCounted() throws IOException {
    notCounted(new ImageBytes(), state(List.of(field(4, 1L << 62))));
    notCounted(new ImageBytes(), state(List.of(field(1 << 30, 1L << 34))));
  }

  @Test
  void subsectionThatIsTooLongIsNotCounted() throws IOException {
    ImageBytes payload = new ImageBytes().u8(5).name("dev/x").be32(1);
    notCounted(payload, state(List.of(), subsection("dev/x", field(1, 1000))));
    notCounted(new ImageBytes(), state(List.of(), subsection("dev/x", field(1, 1000))));
    notCounted(new ImageBytes(), state(List.of(), subsection("n".repeat(300))));
  }
}
