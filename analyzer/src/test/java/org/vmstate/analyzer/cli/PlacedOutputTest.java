package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is overwritten by {@code -o offset} stays until the input is known to be whole. */
class PlacedOutputTest {
  @TempDir Path folder;

  private Path image;
  private Path there;

  @BeforeEach
  void make() throws IOException {
    image = folder.resolve("image");
    assertEquals(0, CommandRun.of("create", "--devices=2", image.toString()).code());
    there = folder.resolve("there");
    Files.copy(image, there);
  }

  private CommandRun convert(Path in, String options) throws IOException {
    List<String> words = new ArrayList<>(List.of("convert", "--force", "-O", "qemu", "-o"));
    words.addAll(List.of(options, in.toString(), there.toString()));
    return CommandRun.of(words);
  }

  @Test
  void brokenInputLeavesWhatIsThere() throws IOException {
    byte[] before = Files.readAllBytes(there);
    Path cut = folder.resolve("cut");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(image), 60_000));
    assertEquals(2, convert(cut, "offset=4096").code());
    assertArrayEquals(before, Files.readAllBytes(there));
    Files.writeString(cut, "no image at all");
    assertTrue(convert(cut, "offset=4096").code() > 0);
    assertArrayEquals(before, Files.readAllBytes(there));
    assertEquals(0, convert(image, "offset=4096").code());
    assertEquals(4096 + Files.size(image), Files.size(there));
  }

  @Test
  void baseOfDeltasIsAnInput() throws IOException {
    byte[] before = Files.readAllBytes(there);
    CommandRun ran = convert(image, "offset=0,xbzrle-base=" + there);
    assertTrue(ran.code() > 0 && ran.err().contains("is the input"), ran.err());
    assertArrayEquals(before, Files.readAllBytes(there));
  }
}
