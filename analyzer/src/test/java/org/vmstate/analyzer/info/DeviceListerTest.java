package org.vmstate.analyzer.info;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.Defect;
import org.vmstate.testkit.Defects;
import org.vmstate.testkit.ImageBytes;

/** Lines of devices, also of those whose state cannot be decoded. */
class DeviceListerTest {
  private static List<DeviceLine> list(byte[] image) throws IOException {
    return DeviceLister.list(new HeapSource(image, 0, new StructurePath()), ParseOptions.DEFAULT);
  }

  @Test
  void deviceThatCannotBeDecodedHasALineOfItsBytes() throws IOException {
    int listed = 0;
    for (Defect defect : Defects.all()) {
      try {
        for (DeviceLine line : list(defect.bytes())) {
          if (defect.what().equals("2,000 queues") && line.name().endsWith("virtio-rng")) {
            assertEquals(line.length(), line.opaque(), line.toString());
            assertEquals(List.of(), line.features());
            listed++;
          }
        }
      } catch (StateFormatException e) {
        assertTrue(!e.getMessage().isEmpty(), defect.what());
      }
    }
    assertEquals(1, listed);
  }

  private static String mac(String type, byte[] payload, String field) throws IOException {
    byte[] image =
        ImageBytes.withRam("r", 1)
            .section(4, 2, "nic", 0, 1)
            .raw(payload)
            .footer(2)
            .u8(0)
            .description(
                "{\"configuration\": {}, \"page_size\": 4096, \"devices\": [{\"name\": \"nic\","
                    + " \"instance_id\": 0, \"vmsd_name\": \"%s\", \"version\": 1, \"fields\": [%s]}]}"
                        .formatted(type, field))
            .toBytes();
    return list(image).getLast().mac();
  }

  @Test
  void addressOfANetworkCardIsWhereItsModelKeepsIt() throws IOException {
    String words =
        "{\"name\": \"eeprom_data\", \"array_len\": 4, \"type\": \"uint16\", \"size\": 2}";
    byte[] swapped = {0x54, 0x52, 0x34, 0x00, 0x78, 0x56, 1, 1};
    assertEquals("52:54:00:34:56:78", mac("e1000", swapped, words));
    assertEquals("", mac("other", swapped, words));
    String memory = "{\"name\": \"mem\", \"type\": \"buffer\", \"size\": 14}";
    byte[] doubled = {82, 82, 84, 84, 0, 0, 1, 1, 2, 2, 3, 3, 9, 9};
    assertEquals("52:54:00:01:02:03", mac("ne2000", doubled, memory));
    String buffer = "{\"name\": \"prom\", \"type\": \"buffer\", \"size\": %d}";
    assertEquals("52:52:54:54:00:00", mac("pcnet", doubled, buffer.formatted(14)));
    // nothing to show, and a field that is no address
    assertEquals("", mac("pcnet", new byte[16], buffer.formatted(16)));
    assertEquals("", mac("pcnet", new byte[] {1, 2, 3, 4, 5}, buffer.formatted(5)));
  }
}
