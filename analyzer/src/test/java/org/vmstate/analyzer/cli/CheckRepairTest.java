package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.testkit.ImageBytes;

/**
 * A repair changes bytes of the file, and is as quiet and looks as exactly as it was told. The
 * images have no description, which is odd and not repaired.
 */
class CheckRepairTest {
  @TempDir Path folder;

  private static byte[] stream(int pageSize, int trailing) {
    return new ImageBytes()
        .header()
        .configuration("test-1.0")
        .section(1, 1, "ram", 0, 4)
        .be64(2L * pageSize | 4)
        .name("pc.ram")
        .be64(2L * pageSize)
        .eos()
        .footer(1)
        .again(3, 1)
        .be64(8)
        .name("pc.ram")
        .fill(7, pageSize)
        .be64(pageSize | 0x20 | 2)
        .u8(0)
        .eos()
        .footer(1)
        .u8(0)
        .fill('x', trailing)
        .toBytes();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private CommandRun repair(Path image, String... options) {
    List<String> words = new java.util.ArrayList<>(List.of("check", "--force"));
    words.addAll(List.of(options));
    words.addAll(List.of("--repair", folder.resolve("out").toString(), image.toString()));
    return CommandRun.of(words);
  }

  private void requireRefused(byte[] image) throws IOException {
    Path file = Files.write(folder.resolve("image"), image);
    CommandRun ran = repair(file);
    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("inside data compressed with gzip"), ran.err());
    assertFalse(Files.exists(folder.resolve("out")));
    assertArrayEquals(image, Files.readAllBytes(file));
  }

  @Test
  void placesInsideCompressedDataAreNoPlacesInTheFile() throws IOException {
    byte[] odd = stream(4096, 100);
    requireRefused(gzip(odd));
    byte[] xml = "<domain/>\0".getBytes(StandardCharsets.US_ASCII);
    byte[] save =
        ImageBytes.libvirt(false, 2, xml.length, 1, 1, 0).raw(xml).raw(gzip(odd)).toBytes();
    requireRefused(save);
    requireRefused(gzip(save));
  }

  @Test
  void headerOfCompressedStreamIsRepaired() throws IOException {
    byte[] xml = "<domain/>\0\1\0".getBytes(StandardCharsets.US_ASCII);
    byte[] save =
        ImageBytes.libvirt(false, 2, xml.length, 1, 1, 0)
            .raw(xml)
            .raw(gzip(stream(4096, 0)))
            .toBytes();
    CommandRun ran = repair(Files.write(folder.resolve("image"), save));
    assertEquals(ExitCode.ODD, ran.code(), ran.toString());
    byte[] expected = save.clone();
    expected[92 + xml.length - 2] = 0;
    assertArrayEquals(expected, Files.readAllBytes(folder.resolve("out")));
  }

  @Test
  void quietRepairSaysNothing() throws IOException {
    Path image = Files.write(folder.resolve("image"), stream(4096, 100));
    assertTrue(repair(image).err().contains("repaired"));
    CommandRun ran = repair(image, "-q");
    assertEquals(new CommandRun(ExitCode.ODD, "", ""), ran);
  }

  @Test
  void secondLookReadsAsTheFirst() throws IOException {
    Path image = Files.write(folder.resolve("image"), stream(8192, 100));
    CommandRun ran = repair(image, "--page-size", "8192", "-f", "qemu");
    assertEquals(ExitCode.ODD, ran.code(), ran.toString());
    assertArrayEquals(stream(8192, 0), Files.readAllBytes(folder.resolve("out")));
  }
}
