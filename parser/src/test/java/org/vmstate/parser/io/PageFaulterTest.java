package org.vmstate.parser.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageFaulterTest {
  private static final long SIZE = 4 * PageFaulter.REACH;

  @TempDir Path folder;

  /** A sparse file, so that its holes read as a series of zeros. */
  private FileChannel file() throws IOException {
    FileChannel file =
        FileChannel.open(
            folder.resolve("image"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    file.write(ByteBuffer.allocate(1), SIZE - 1);
    return file;
  }

  private static boolean endsSoon(PageFaulter faulter) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (faulter.isRunning() && System.nanoTime() < end) {
      Thread.sleep(1);
    }
    return !faulter.isRunning();
  }

  @Test
  void goesNoFurtherThanItsReachAndSurvivesAFileThatShrinks() throws Exception {
    try (FileChannel file = file();
        Arena arena = Arena.ofShared()) {
      MemorySegment map = file.map(FileChannel.MapMode.READ_ONLY, 0, SIZE, arena);
      file.truncate(2 * PageFaulter.REACH);
      PageFaulter faulter = new PageFaulter(map, 0);
      Thread.sleep(100);
      assertTrue(faulter.isRunning(), "what is missing lies past the reach");
      faulter.follow(PageFaulter.REACH + 2 * PageFaulter.STRETCH);
      assertTrue(endsSoon(faulter), "the file's end is within reach");
      faulter.stop();
    }
  }

  @Test
  void endsWithTheMapping() throws Exception {
    try (FileChannel file = file();
        Arena arena = Arena.ofShared()) {
      MemorySegment map = file.map(FileChannel.MapMode.READ_ONLY, 0, SIZE, arena);
      PageFaulter faulter = new PageFaulter(map, SIZE - PageFaulter.STRETCH);
      assertTrue(endsSoon(faulter));
    }
  }

  @Test
  void isStoppedWhenTheSourceIsClosedInTheMiddle() throws Exception {
    file().close();
    MappedSource source = MappedSource.open(folder.resolve("image"), new StructurePath());
    long count = 0;
    while (source.position() < SIZE / 4) {
      count += source.skipSeries(0, 0, 4096, -1, Long.MAX_VALUE);
    }
    assertTrue(isAnyRunning(), "a long series has a second thread");
    assertEquals(source.position(), count * 4096);
    source.close();
    assertFalse(isAnyRunning());
  }

  private static boolean isAnyRunning() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("page-faulter"));
  }
}
