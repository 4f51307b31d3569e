package org.vmstate.writer.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on disk when a file gets its name, and what is said when it cannot be. */
class OutputFileSyncTest {
  @TempDir Path folder;

  private final RecordingChannel channel = new RecordingChannel();
  private final RecordingChannel names = new RecordingChannel();
  private final List<String> steps = new ArrayList<>();
  private Path target;
  private Path temporary;

  @BeforeEach
  void begin() throws IOException {
    target = folder.resolve("out");
    temporary = folder.resolve("part");
    Files.writeString(temporary, "new");
    channel.onForce(() -> steps.add("bytes, named " + Files.exists(target)));
    names.onForce(() -> steps.add("name, named " + Files.exists(target)));
  }

  private OutputFile file(boolean replace) {
    return new OutputFile(
        target,
        target,
        temporary,
        replace,
        channel,
        path -> {
          assertEquals(folder.toAbsolutePath(), path);
          return names;
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bytesAreOnDiskBeforeTheNameAndThenTheName(boolean replace) throws IOException {
    try (OutputFile file = file(replace)) {
      file.commit(true);
    }
    assertEquals(List.of("bytes, named false", "name, named true"), steps);
    assertEquals("new", Files.readString(target));
    assertFalse(Files.exists(temporary));
    assertFalse(names.isOpen());
  }

  @Test
  void withoutSyncNothingWaitsForTheDisk() throws IOException {
    try (OutputFile file = file(true)) {
      file.commit(false);
    }
    assertEquals(List.of(), steps);
    assertTrue(Files.exists(target));
  }

  private static void fail() throws IOException {
    throw new IOException("as tested");
  }

  @Test
  void fileThatCannotBeBroughtToDiskGetsNoName() throws IOException {
    channel.onForce(OutputFileSyncTest::fail);
    try (OutputFile file = file(true)) {
      IOException e = assertThrows(IOException.class, () -> file.commit(true));
      assertEquals(target + ": as tested", e.getMessage());
    }
    assertFalse(Files.exists(target));
    assertFalse(Files.exists(temporary));
  }

  @Test
  void nameThatIsPerhapsNotOnDiskIsSaidToBe() throws IOException {
    names.onForce(OutputFileSyncTest::fail);
    try (OutputFile file = file(true)) {
      IOException e = assertThrows(IOException.class, () -> file.commit(true));
      assertEquals(
          target + ": is whole, but its name is perhaps not on disk: as tested", e.getMessage());
    }
    assertEquals("new", Files.readString(target));
  }
}
