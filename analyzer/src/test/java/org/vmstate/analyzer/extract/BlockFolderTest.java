package org.vmstate.analyzer.extract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.Outcome;

/** The folder of blocks appears whole and on disk, and errors name it as the user did. */
class BlockFolderTest {
  private static final List<RamBlock> BLOCKS =
      List.of(new RamBlock(0, "pc.ram", 4096, 4096, 0, -1, Optional.empty()));

  @TempDir Path scratch;

  private final List<Path> opened = new ArrayList<>();

  private FileChannel names(Path folder) throws IOException {
    opened.add(folder);
    return FileChannel.open(folder, StandardOpenOption.READ);
  }

  private BlockFolder folder() throws IOException {
    return BlockFolder.create(scratch.resolve("blocks"), this::names);
  }

  @Test
  void nameIsBroughtToDiskUnlessNothingWaitsForIt() throws IOException {
    for (boolean sync : new boolean[] {true, false}) {
      opened.clear();
      try (BlockFolder folder = folder()) {
        folder.open(BLOCKS);
        folder.commit(Outcome.WHOLE, sync);
      }
      assertEquals(sync ? List.of(scratch.toAbsolutePath()) : List.of(), opened);
      Path block = scratch.resolve("blocks").resolve("pc.ram");
      assertEquals(4096, Files.size(block));
      Files.delete(block);
      Files.delete(block.getParent());
    }
  }

  @Test
  void folderWhoseNameCannotBeBroughtToDiskIsNotThere() throws IOException {
    try (BlockFolder folder =
        BlockFolder.create(
            scratch.resolve("blocks"),
            path -> {
              throw new IOException("as tested");
            })) {
      folder.open(BLOCKS);
      assertThrows(IOException.class, () -> folder.commit(Outcome.WHOLE, true));
    }
    try (Stream<Path> left = Files.list(scratch)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void errorsNameTheFolderThatWasAskedFor() throws IOException {
    try (BlockFolder folder = folder()) {
      try (Stream<Path> made = Files.list(scratch)) {
        Files.delete(made.findFirst().orElseThrow());
      }
      IOException e = assertThrows(IOException.class, () -> folder.open(BLOCKS));
      assertTrue(e.getMessage().startsWith(scratch.resolve("blocks") + ": "), e.getMessage());
      assertFalse(e.getMessage().contains(".vmstate-img-"), e.getMessage());
    }
  }
}
