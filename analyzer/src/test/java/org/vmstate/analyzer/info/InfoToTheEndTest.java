package org.vmstate.analyzer.info;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.analyzer.cli.CommandRun;
import org.vmstate.testkit.ImageBytes;

/** Whoever reads a stream to its end says what he met there. */
class InfoToTheEndTest {
  /** From a section's type to its name: the type, the id and the name's length. */
  private static final int FRONT = 6;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"--memory", "--devices"})
  void endMarkInThePlaceOfADeviceIsDamage(String option) throws IOException {
    Path image = folder.resolve("image");
    CommandRun.ok("samples", "pc", "-o", image.toString());
    byte[] bytes = Files.readAllBytes(image);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("\5timer") - FRONT + 1] = 0;
    Files.write(image, bytes);
    CommandRun run = CommandRun.of("info", option, image.toString());
    assertEquals(2, run.code(), run.toString());
    assertTrue(run.err().contains(image + ": "), run.err());
    assertTrue(run.out().contains("restore: no: end mark"), run.out());
  }

  /**
   * A stream that begins with a device and names no machine is what Xen saves beside the memory.
   */
  @Test
  void deviceStateWithoutMemoryIsToldAsSuch() throws IOException {
    Path image = folder.resolve("image");
    ImageBytes devices = new ImageBytes().header().section(4, 2, "timer", 0, 2).fill(1, 24);
    Files.write(image, devices.footer(2).u8(0).toBytes());
    String told = CommandRun.ok("info", image.toString()).out();
    assertTrue(told.contains("restore: device state only, as xen-save-devices-state"), told);
    ImageBytes cut = new ImageBytes().header().configuration("pc");
    Files.write(image, cut.section(4, 2, "timer", 0, 2).fill(1, 24).footer(2).u8(0).toBytes());
    told = CommandRun.ok("info", image.toString()).out();
    assertTrue(told.contains("restore: unknown: no device description"), told);
  }
}
