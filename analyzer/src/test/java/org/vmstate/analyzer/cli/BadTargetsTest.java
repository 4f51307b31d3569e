package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.samples.Samples;

/**
 * Descriptions of a target that are garbage: one line of error, or what they do not say is not
 * known.
 */
class BadTargetsTest {
  private static final String HEAD = "{\"format\": \"vmstate-img target\", \"version\": 1";

  /** What is no description of a target at all. */
  private static final Map<String, String> GARBAGE =
      Map.of(
          "nothing",
          "",
          "text",
          "QEMU 10.0\n",
          "list",
          "[1, 2]",
          "cut",
          HEAD + ", \"machines\": [\"pc",
          "deep",
          "{\"a\":".repeat(100_000),
          "zeros",
          "\0".repeat(5000),
          "number",
          "7",
          "twice",
          HEAD + "}{}");

  /** Facts of which every member is of another type than it should be. */
  private static final List<String> OF_OTHER_TYPES =
      List.of(
          HEAD + "}",
          HEAD
              + ", \"qemu\": 7, \"machine\": [], \"machines\": {}, \"ram_blocks\": [1],"
              + " \"capabilities\": 3, \"cpu\": [], \"devices\": {\"a\": 1}, \"virtio\": [7],"
              + " \"sections\": [[]], \"pci\": [], \"queues\": {\"a\": [\"b\"]}, \"fixed\":"
              + " {\"cpu#0.x\": \"y\"}, \"registers\": {\"a\": 1}, \"description\": {},"
              + " \"types\": [1]}",
          HEAD
              + ", \"qemu\": \"99999999999.1.1\", \"description\": \"{\\\"devices\\\": 1\","
              + " \"pci\": {\"0000:00:02.0/virtio-net\": \"zz\"}, \"types\": {\"a\":"
              + " {\"Description\": {\"Fields\": [{\"Description\": 1}, 2]}}}}");

  @TempDir Path folder;

  private Path image;

  @BeforeEach
  void image() throws IOException {
    image = folder.resolve("image");
    Samples.unpack("pc", image);
  }

  private void oneLine(String what, CommandRun ran) {
    assertEquals(1, ran.err().lines().count(), what + ": " + ran.err());
    assertTrue(ran.err().startsWith("vmstate-img: "), what + ": " + ran.err());
    assertFalse(ran.err().contains("Exception"), what + ": " + ran.err());
    assertTrue(ran.err().length() < 500, what + ": " + ran.err());
    assertTrue(ran.code() > 0, what);
  }

  @Test
  void garbageIsOneLineAndNothingIsWritten() throws IOException {
    byte[] before = Files.readAllBytes(image);
    Path out = folder.resolve("out");
    for (Map.Entry<String, String> garbage : GARBAGE.entrySet()) {
      Path file = folder.resolve("target.json");
      Files.write(file, garbage.getValue().getBytes(StandardCharsets.UTF_8));
      String target = file.toString();
      oneLine(garbage.getKey(), CommandRun.of("check", "--target", target, image.toString()));
      oneLine(
          garbage.getKey(),
          CommandRun.of("upgrade", "--target", target, image.toString(), out.toString()));
      assertFalse(Files.exists(out), garbage.getKey());
    }
    oneLine("none", CommandRun.of("check", "--target", folder + "/none", image.toString()));
    oneLine(
        "folder",
        CommandRun.of("upgrade", "--target", folder.toString(), image.toString(), out.toString()));
    assertArrayEquals(before, Files.readAllBytes(image));
  }

  @Test
  void membersOfOtherTypesAreNotKnownOrOneLine() throws IOException {
    Path out = folder.resolve("out");
    for (String facts : OF_OTHER_TYPES) {
      String target = Files.writeString(folder.resolve("target.json"), facts).toString();
      CommandRun check = CommandRun.of("check", "--target", target, image.toString());
      assertFalse(check.err().contains("Exception"), check.err());
      if (!check.err().isEmpty()) {
        oneLine(facts, check);
      }
      oneLine(
          facts, CommandRun.of("upgrade", "--target", target, image.toString(), out.toString()));
      assertFalse(Files.exists(out), facts);
    }
  }
}
