package org.vmstate.writer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.ram.MappedBlock;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.ram.FixedRamWriter;

/** The file around the pages of a fixed layout: its length and its bitmaps. */
class FixedRamWriterTest {
  private static final int PAGE = 1024;
  private static final int ALIGNMENT = 1 << 20;

  @TempDir Path folder;

  private Path path;
  private FileSink sink;
  private FixedRamWriter writer;

  @BeforeEach
  void open() throws IOException {
    path = folder.resolve("image");
    sink =
        new FileSink(
            FileChannel.open(
                path,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE),
            null,
            0);
    writer = new FixedRamWriter(sink, StreamLayout.MAPPED_RAM, ALIGNMENT);
  }

  @AfterEach
  void close() throws IOException {
    writer.close();
    sink.close();
  }

  private MappedBlock list(long pages) throws IOException {
    RamBlock block = new RamBlock(0, "r", pages * PAGE, PAGE, 0, -1, Optional.empty());
    return writer.list(List.of(block)).getFirst().mapped().orElseThrow();
  }

  /** Before pages are written, so that a file system sets nothing aside after them. */
  @Test
  void fileReachesPastThePagesOnceTheListIsWritten() throws IOException {
    MappedBlock place = list(3);
    assertEquals(place.pagesOffset() + 3 * PAGE + 1, Files.size(path));
  }

  /** One MiB of a bitmap, for 8 Mi pages, is written at a time. */
  @Test
  void longBitmapIsWrittenToItsEnd() throws IOException {
    long pages = (8L << 20) + 64;
    MappedBlock place = list(pages);
    ByteBuffer page = ByteBuffer.allocate(PAGE).put(0, (byte) 1);
    writer.pages().put(0, 1, page.duplicate());
    writer.pages().put(0, pages - 1, page.duplicate());
    writer.finish();
    ByteBuffer bitmap = ByteBuffer.allocate((1 << 20) + 8);
    sink.readAt(place.bitmapOffset(), bitmap);
    byte[] expected = new byte[(1 << 20) + 8];
    expected[0] = 2;
    expected[(1 << 20) + 7] = (byte) 0x80;
    assertArrayEquals(expected, bitmap.array());
  }

  @Test
  void closedWriterHasNoPages() throws IOException {
    list(3);
    writer.close();
    assertThrows(IllegalStateException.class, () -> writer.pages().zero(0, 0, 1));
    writer = new FixedRamWriter(sink, StreamLayout.MAPPED_RAM, ALIGNMENT);
  }
}
