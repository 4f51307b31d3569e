package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
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
  void controlAndStatusOfAUsbControllerAreCompared() {
    express(1);
    space.put(10, (byte) 3).put(11, (byte) 0xc);
    assertEquals(range(EXPRESS_AT, EXPRESS_AT + 0x10), compared(EXPRESS_AT, EXPRESS_AT + 0x3c));
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

  private static String masked(int... bytes) {
    byte[] own = new byte[PciFormat.CONFIGURATION];
    own[PciFormat.CAPABILITIES] = EXPRESS_AT;
    for (int i = 0; i < bytes.length; i++) {
      own[EXPRESS_AT + i] = (byte) bytes[i];
    }
    byte[] mask = FixedBits.of(own);
    return HexFormat.of().formatHex(mask, EXPRESS_AT, EXPRESS_AT + bytes.length);
  }

  @Test
  void howManyMessagesADeviceSendsIsComparedButNotWhichAreOn() {
    assertEquals("ffff8e010300", masked(0x05, 0, 0x86, 0x01, 0xfc, 0xff));
  }

  @Test
  void placeAndSizeOfTheTableOfMessagesAreCompared() {
    assertEquals("ffffff07ffffffffffffffff00", masked(0x11, 0, 3, 0x80, 0, 0, 0, 0, 0, 8, 0, 0, 1));
  }

  @Test
  void onlyPortWithASlotHasCapabilitiesOfTheSlot() {
    int[] port = new int[0x1a];
    port[0] = 0x10;
    port[2] = 0x42;
    port[3] = 1;
    String before = "ffffffffffffffff" + "00000000" + "ffffffff" + "00000000";
    assertEquals(before + "ffffffff0000", masked(port));
    port[3] = 0;
    assertEquals(before + "000000000000", masked(port));
  }

  /** The state of the device is the guest's to write, that it survives a wake-up is not. */
  @Test
  void resetOnWakeUpIsCompared() {
    assertEquals("ffffffff08000000", masked(0x01, 0, 3, 0, 0xb, 1, 0, 0));
  }

  private static String virtio(int kind) {
    byte[] own = new byte[PciFormat.CONFIGURATION];
    own[0] = (byte) 0xf4;
    own[1] = 0x1a;
    own[PciFormat.CAPABILITIES] = EXPRESS_AT;
    own[EXPRESS_AT] = 9;
    own[EXPRESS_AT + 2] = 20;
    own[EXPRESS_AT + 3] = (byte) kind;
    return HexFormat.of().formatHex(FixedBits.of(own), EXPRESS_AT, EXPRESS_AT + 24);
  }

  /** Through the window the guest looks where it says: bar, offset, length and data are its own. */
  @Test
  void capabilitiesOfVirtioAreComparedButNotWhereTheWindowLooks() {
    assertEquals("ff".repeat(20) + "00".repeat(4), virtio(4));
    assertEquals("ffffffff00ffffff" + "00".repeat(16), virtio(5));
  }
}
