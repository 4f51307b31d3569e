package org.vmstate.analyzer.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriterSearchTest {
  @TempDir Path folder;

  @Test
  void findsTheProcessThatWritesAndNotTheOneThatReads() throws IOException {
    Path file = Files.writeString(folder.resolve("image"), "QEVM");
    try (FileChannel _ = FileChannel.open(file, StandardOpenOption.READ)) {
      assertEquals(Optional.empty(), WriterSearch.of(file));
      try (FileChannel _ = FileChannel.open(file, StandardOpenOption.APPEND)) {
        String found = WriterSearch.of(file).orElse("none");
        assertTrue(found.startsWith("process " + ProcessHandle.current().pid() + " ("), found);
      }
    }
    assertEquals(Optional.empty(), WriterSearch.of(file));
  }

  @Test
  void fileThatIsGoneHasNoWriter() {
    assertEquals(Optional.empty(), WriterSearch.of(folder.resolve("gone")));
  }
}
