package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.device.PciFormat;

/** What of a PCI function's configuration space has to be the same on the target. */
class FixedBitsTest {
  private static final int EXPRESS_AT = 0x40;

  private final ByteBuffer space =
      ByteBuffer.allocate(PciFormat.EXPRESS_CONFIGURATION).order(ByteOrder.LITTLE_ENDIAN);

  /** Offsets from one on, up to another, of which all bits are compared. */
  private List<Integer> compared(int from, int end) {
    byte[] mask = FixedBits.of(space.array());
    return IntStream.range(from, end).filter(at -> mask[at] == -1).boxed().toList();
  }

  private static List<Integer> range(int from, int end) {
    return IntStream.range(from, end).boxed().toList();
  }

  private void express(int version) {
    space.put(PciFormat.CAPABILITIES, (byte) EXPRESS_AT);
    space.put(EXPRESS_AT, (byte) PciFormat.EXPRESS).put(EXPRESS_AT + 2, (byte) version);
  }

  @Test
  void capabilitiesOfDeviceAndLinkAreComparedButNotTheirControlAndStatus() {
    express(1);
    List<Integer> expected = new ArrayList<>(range(EXPRESS_AT, EXPRESS_AT + 8));
    expected.addAll(range(EXPRESS_AT + 0xc, EXPRESS_AT + 0x10));
    assertEquals(expected, compared(EXPRESS_AT, EXPRESS_AT + 0x3c));
    express(2);
    expected.addAll(range(EXPRESS_AT + 0x24, EXPRESS_AT + 0x28));
    expected.addAll(range(EXPRESS_AT + 0x2c, EXPRESS_AT + 0x30));
    assertEquals(expected, compared(EXPRESS_AT, EXPRESS_AT + 0x3c));
  }

  @Test
  void extendedCapabilitiesAreComparedByKindPlaceAndWhatIsReadOnly() {
    space.putInt(0x100, 0x14010003); // a serial number, then 0x140
    space.putInt(0x140, 0x1801000e); // routing ids, then 0x180
    space.putInt(0x180, 0x00020001); // errors, the last one
    List<Integer> expected = new ArrayList<>(range(0x100, 0x10c));
    expected.addAll(range(0x140, 0x146));
    expected.addAll(range(0x180, 0x184));
    assertEquals(expected, compared(0x100, 0x1000));
  }

  /** Without one at the first place, QEMU has none, and compares none. */
  @Test
  void spaceWithoutExtendedCapabilitiesComparesNoneOfThem() {
    space.putInt(0x140, 0x0001000e);
    assertEquals(List.of(), compared(0x100, 0x1000));
  }

  @Test
  void listOfExtendedCapabilitiesThatDoesNotEndIsLeft() {
    space.putInt(0x100, 0xffc1000e); // the next one at the last place
    space.putInt(0xffc, 0x1001000e); // and back
    List<Integer> expected = new ArrayList<>(range(0x100, 0x106));
    expected.addAll(range(0xffc, 0x1000));
    assertEquals(expected, compared(0x100, 0x1000));
  }

  /** As no device has it, but a target that answers garbage may. */
  @Test
  void capabilityThatReachesBeyondTheSpaceIsComparedAsFarAsThereIsOne() {
    byte[] small = new byte[PciFormat.CONFIGURATION];
    small[PciFormat.CAPABILITIES] = (byte) 0xfc;
    small[0xfc] = PciFormat.EXPRESS;
    small[0xfe] = 2;
    small[0xff] = 1;
    byte[] mask = FixedBits.of(small);
    assertEquals(
        range(0xfc, 0x100),
        IntStream.range(0xf0, 0x100).filter(at -> mask[at] == -1).boxed().toList());
  }
}
