package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.testkit.ImageBytes;

/** Names in an image are anyone's text; no output may carry them to a terminal as commands. */
class HostileNamesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"info", "info --output=json", "dump", "dump --output=human"})
  void escapeSequencesInNamesAreMadeVisible(String command) throws IOException {
    String name = "pc\u001b]0;title\u0007\n\u009b2J";
    Path image = folder.resolve("image");
    Files.write(image, ImageBytes.withRam(name, 1).u8(0).toBytes());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Output.Redirect _ = Output.redirect(out)) {
      assertEquals(0, Main.run((command + " " + image).split(" ")));
    }
    String shown = out.toString(StandardCharsets.UTF_8);
    assertTrue(shown.contains("title"), shown);
    for (char c : new char[] {'\u001b', '\u0007', '\u009b'}) {
      assertFalse(shown.indexOf(c) >= 0, shown);
    }
  }
}
