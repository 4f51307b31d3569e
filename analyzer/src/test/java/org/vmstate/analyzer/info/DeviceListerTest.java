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
}
