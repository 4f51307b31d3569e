package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.Parts;

/**
 * Two devices may have one name and one instance, as both IDE controllers of isapc in QEMU 5.2 and
 * 7.2, of which one has a disk and with it more fields. Each section is read by its own
 * description, and what could mean both is refused.
 */
class AlikeDevicesTest {
  private static final String DEVICE =
      "{\"name\": \"timer\", \"instance_id\": 0, \"vmsd_name\": \"timer\", \"version\": 1,"
          + " \"fields\": [{\"name\": \"b\", \"type\": \"buffer\", \"size\": %s}]}";

  @TempDir Path folder;
  private String image;

  private static byte[] image(int first, int... second) {
    return Parts.sequential()
        .with(
            "device",
            new ImageBytes()
                .raw(Parts.device(2, first, 2, 3, 4))
                .raw(Parts.device(3, second))
                .toBytes())
        .json(
            "{\"page_size\": 4096, \"devices\": ["
                + DEVICE.formatted(4)
                + ", "
                + DEVICE.formatted(second.length)
                + "]}")
        .toBytes();
  }

  private String write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes).toString();
  }

  @BeforeEach
  void write() throws IOException {
    image = write("image", image(1, 5, 6));
  }

  @Test
  void eachIsReadByItsOwnDescription() {
    CommandRun check = CommandRun.of("check", image);
    assertEquals(ExitCode.ODD, check.code(), check.out());
    assertTrue(check.out().contains("(0 errors, 1 warning"), check.out());
    assertTrue(check.out().contains("V023"), check.out());
    String dump = CommandRun.ok("dump", "--section", "timer", image).out();
    assertTrue(dump.contains("\"01020304\"") && dump.contains("\"0506\""), dump);
  }

  @Test
  void bothAreCompared() throws IOException {
    assertEquals(0, CommandRun.of("compare", image, image).code());
    CommandRun first = CommandRun.of("compare", image, write("first", image(9, 5, 6)));
    assertEquals(ExitCode.DIFFER, first.code());
    assertTrue(first.out().contains("timer 0.b"), first.out());
    CommandRun second = CommandRun.of("compare", image, write("second", image(1, 5, 9)));
    assertEquals(ExitCode.DIFFER, second.code());
    assertTrue(second.out().contains("timer 0 (2).b"), second.out());
  }

  @Test
  void whatMayMeanBothIsRefused() throws IOException {
    String equal = write("equal", image(1, 5, 6, 7, 8));
    String out = folder.resolve("out").toString();
    for (String[] words :
        new String[][] {
          {"edit", "--set", "timer.b[0]=9", equal, out},
          {"edit", "--drop", "timer", equal, out},
          {"extract", "--device", "timer", equal, out},
          {"extract", "--device", "timer", equal, "-"},
        }) {
      CommandRun run = CommandRun.of(words);
      assertTrue(run.code() != 0, words[0]);
      assertTrue(run.err().contains("timer#0") && run.err().contains("found several"), run.err());
      assertEquals("", run.out());
      assertFalse(Files.exists(Path.of(out)));
    }
  }
}
