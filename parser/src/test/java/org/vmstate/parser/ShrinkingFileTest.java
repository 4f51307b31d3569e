package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.FileSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** A file that somebody cuts while it is being read is an error, not a crash. */
class ShrinkingFileTest {
  @TempDir Path folder;

  private ByteSource shrunk() throws IOException {
    Path file = folder.resolve("image");
    ImageBytes image = ImageBytes.withRam("r", 64).again(2, 1);
    for (int page = 0; page < 64; page++) {
      image.be64(page * 4096L | 8).name("r").fill(1, 4096);
    }
    Files.write(file, image.eos().footer(1).u8(0).toBytes());
    ByteSource source = FileSource.open(file, new StructurePath());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(8192);
    }
    return source;
  }

  @Test
  void passOverAShrunkFileIsTruncated() throws IOException {
    try (ByteSource source = shrunk()) {
      TruncatedDataException e =
          assertThrows(
              TruncatedDataException.class,
              () -> ImageReader.read(source, ParseOptions.DEFAULT, _ -> {}));
      assertTrue(e.words().contains("shorter"), e.words());
    }
  }

  @Test
  void copyFromAShrunkFileIsTruncated() throws IOException {
    try (ByteSource source = shrunk()) {
      assertThrows(
          TruncatedDataException.class, () -> source.copy(100_000, ByteBuffer.allocate(100)));
    }
  }
}
