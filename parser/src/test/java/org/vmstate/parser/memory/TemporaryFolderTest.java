package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.vmstate.parser.io.TemporaryFile;

/** What is wrong with the temporary folder is told of that folder, and nothing is left in it. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class TemporaryFolderTest {
  private static final String PROPERTY = "java.io.tmpdir";

  @TempDir Path folder;

  private String before;

  @BeforeEach
  void useFolder() {
    before = System.setProperty(PROPERTY, folder.toString());
  }

  @AfterEach
  void restore() {
    System.setProperty(PROPERTY, before);
  }

  private long files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    }
  }

  @Test
  void folderThatCannotBeUsedIsNamed() {
    Path missing = folder.resolve("missing");
    System.setProperty(PROPERTY, missing.toString());
    IOException e = assertThrows(IOException.class, () -> TemporaryFile.create(".x"));
    assertTrue(e.getMessage().startsWith("temporary folder " + missing + ": "), e.getMessage());
  }

  @Test
  void errorsOfTheFileNameTheFolder() throws IOException {
    TemporaryFile file = TemporaryFile.create(".x");
    file.close();
    IOException e = assertThrows(IOException.class, () -> file.write(0, ByteBuffer.allocate(1)));
    assertTrue(e.getMessage().startsWith("temporary folder " + folder + ": "), e.getMessage());
  }

  @Test
  void spaceIsThereBeforeItIsMapped() throws IOException {
    try (TemporaryFile file = TemporaryFile.create(".x")) {
      ByteBuffer first = file.grow(100_000);
      ByteBuffer second = file.grow(4096);
      assertEquals(100_000, first.remaining());
      second.putLong(0, 7);
      assertEquals(0, first.getLong(99_992));
      assertEquals(7, second.getLong(0));
    }
    assertEquals(0, files(), "left behind");
  }

  @Test
  void theTableLeavesNoFile() throws IOException {
    try (PageStore store = new PageStore()) {
      while (store.spilled() == 0) {
        store.allocate(PageStore.CLASSES - 1);
      }
      assertEquals(Files.isDirectory(Path.of("/proc/self/fd")) ? 1 : 0, open());
    }
    assertEquals(0, files(), "left behind");
    assertEquals(0, open(), "left open");
  }

  /** A file that has no name any more takes its space as long as it is open. */
  private long open() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(descriptors)) {
      return all.filter(this::isInTheFolder).count();
    }
  }

  private boolean isInTheFolder(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(folder);
    } catch (IOException e) {
      // one that was closed meanwhile
      return false;
    }
  }
}
