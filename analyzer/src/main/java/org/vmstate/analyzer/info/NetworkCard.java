package org.vmstate.analyzer.info;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.vmstate.analyzer.physical.Fields;

/**
 * The MAC address of a network card, where its state has it (QEMU 11.1 hw/net): that of its own
 * memory, which the guest may have overruled; of virtio the one in use.
 */
final class NetworkCard {
  private static final int LENGTH = 6;

  private static final byte[] NONE = {};

  /** Bytes of the address, the first of them where the field is longer. */
  private static final List<String> BYTES =
      List.of("conf.macaddr", "conf.macaddr.a", "core.permanent_mac");

  /** Bytes of a pcnet, the address first. */
  private static final String BYTES_OF_PCNET = "prom";

  /** Words of an e1000, the address in the first three, the lower byte first. */
  private static final String WORDS = "eeprom_data";

  /** Serial number of a vmxnet3 on PCI Express, after the header of its capability. */
  private static final String SERIAL = "registers@104";

  /** Memory of an ne2000, which starts with the address, each byte twice. */
  private static final String DOUBLED = "mem";

  private NetworkCard() {}

  /** Returns the address with colons, nothing where there is none. */
  static String mac(Fields device, String type) {
    for (Fields virtio : device.structs("device")) {
      if (virtio.has("mac")) {
        return text(virtio.bytes("mac"));
      }
    }
    return text(
        switch (type) {
          case "e1000" -> device.has(WORDS) ? words(device) : NONE;
          case "vmxnet3" -> serial(device.bytes(SERIAL));
          case "ne2000" -> doubled(device.bytes(DOUBLED));
          case "pcnet" -> device.bytes(BYTES_OF_PCNET);
          default -> BYTES.stream().filter(device::has).findFirst().map(device::bytes).orElse(NONE);
        });
  }

  private static byte[] words(Fields device) {
    byte[] address = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      address[i] = (byte) (device.value(WORDS, i / 2) >>> i % 2 * Byte.SIZE);
    }
    return address;
  }

  private static byte[] serial(byte[] serial) {
    if (serial.length <= LENGTH) {
      return NONE;
    }
    byte[] address = new byte[LENGTH];
    System.arraycopy(serial, 4, address, 0, 3);
    System.arraycopy(serial, 1, address, 3, 3);
    return address;
  }

  private static byte[] doubled(byte[] memory) {
    byte[] address = new byte[LENGTH];
    for (int i = 0; i < LENGTH && 2 * i < memory.length; i++) {
      address[i] = memory[2 * i];
    }
    return address;
  }

  private static String text(byte[] bytes) {
    byte[] address = Arrays.copyOf(bytes, LENGTH);
    return bytes.length < LENGTH || Arrays.equals(address, new byte[LENGTH])
        ? ""
        : HexFormat.ofDelimiter(":").formatHex(address);
  }
}
