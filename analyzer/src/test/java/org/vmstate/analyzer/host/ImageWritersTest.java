package org.vmstate.analyzer.host;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whose locks are looked at; those of a running QEMU are looked at in the lab. */
@EnabledOnOs(OS.LINUX)
class ImageWritersTest {
  @TempDir Path folder;

  @Test
  void ownLocksAreNotAnotherPrograms() throws IOException {
    Path disk = Files.createFile(folder.resolve("disk"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), disk);
    assertFalse(ImageLock.isOwn(disk));
    try (ImageLock _ = ImageLock.take(disk)) {
      assertTrue(ImageLock.isOwn(link));
      assertFalse(ImageLock.isOwn(Files.createFile(folder.resolve("other"))));
      assertFalse(ImageWriters.has(disk));
    }
    assertFalse(ImageLock.isOwn(disk));
  }
}
