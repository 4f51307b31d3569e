package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.testkit.ImageBytes;

/** Arguments that no image can satisfy end in one line and exit code 1, never in a trace. */
class HostileArgumentsTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void instanceThatIsNoNumberOfOursIsNotFound() throws IOException {
    Path image = folder.resolve("image");
    Files.write(
        image,
        ImageBytes.withRam("r", 1)
            .section(4, 2, "cpu", 0, 1)
            .raw(new byte[4])
            .footer(2)
            .u8(0)
            .toBytes());
    Path out = folder.resolve("out");
    assertEquals(
        1,
        Main.run(
            "extract", "--device", "cpu#99999999999999999999", image.toString(), out.toString()));
    assertEquals(List.of("image"), names());
    assertEquals(0, Main.run("extract", "--device", "cpu#00", image.toString(), out.toString()));
  }

  @Test
  void memoryThatNobodyCouldReadIsNotCreated() throws IOException {
    Path out = folder.resolve("out");
    for (String format : List.of("qemu", "qemu-mapped-ram", "libvirt-sparse")) {
      for (String size : List.of("64T", "8191P")) {
        assertEquals(
            1,
            Main.run(
                "create",
                "-O",
                format,
                "--block",
                "pc.ram=" + size,
                "--pages",
                "zero=100",
                out.toString()));
        assertEquals(List.of(), names());
      }
    }
  }

  /** A byte of zero has the same place in Java as a character that the locale lacks. */
  @Test
  void nameThatCannotBeAFileIsOneLine() {
    // a verb closes its output, which is that of the tests, too
    try (Output.Redirect _ = Output.redirect(OutputStream.nullOutputStream())) {
      assertEquals(1, Main.run("info", "a\0b"));
      assertEquals(1, Main.run("check", "a\0b"));
    }
  }
}
