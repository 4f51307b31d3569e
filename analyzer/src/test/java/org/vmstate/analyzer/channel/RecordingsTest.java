package org.vmstate.analyzer.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

/** A recorded main stream and its channels, whole and not. */
class RecordingsTest {
  private static final Path FILES = Path.of("src", "test", "transcripts", "files");

  @TempDir Path folder;

  private Path file(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  /** Returns the pages of the joined stream. */
  private static TreeSet<Long> pages(byte[] main, boolean accepting, Path... channels)
      throws IOException {
    TreeSet<Long> pages = new TreeSet<>();
    ByteSource source = new HeapSource(main, 0, new StructurePath());
    try (ByteSource joined =
        Recordings.join(source, List.of(channels), ParseOptions.DEFAULT, accepting)) {
      ImageReader.read(
          joined,
          ParseOptions.DEFAULT,
          event -> {
            if (event instanceof Event.RamPages e) {
              pages.add(e.run().firstPage());
            }
          });
    }
    return pages;
  }

  @Test
  void pagesOfBothChannelsAreInTheStream() throws IOException {
    Path first = file("0", RecordedSave.first());
    Path second = file("1", RecordedSave.second());
    assertEquals(new TreeSet<>(List.of(1L, 3L)), pages(RecordedSave.main(), false, first, second));
    assertEquals(new TreeSet<>(List.of(1L, 3L)), pages(RecordedSave.main(), false, second, first));
  }

  @Test
  void channelCutAnywhereIsRefusedOrAccepted() throws IOException {
    byte[] whole = RecordedSave.first();
    Path second = file("1", RecordedSave.second());
    for (int length = 0; length < whole.length; length += 97) {
      Path first = file("0", Arrays.copyOf(whole, length));
      assertThrows(
          TruncatedDataException.class,
          () -> pages(RecordedSave.main(), false, first, second),
          "cut at " + length);
    }
    // after the first interval
    Path first = file("0", Arrays.copyOf(whole, 64 + 320 + 1024 + 10));
    assertEquals(new TreeSet<>(List.of(3L)), pages(RecordedSave.main(), true, first, second));
  }

  @Test
  void channelsOfAStreamWithoutMemoryAreRefused() throws IOException {
    Path first = file("0", RecordedSave.first());
    Path second = file("1", RecordedSave.second());
    assertThrows(
        StateFormatException.class,
        () -> pages(RecordedSave.withoutMemory(), false, first, second));
  }

  /** Run with -Dtranscripts=update to write them again. */
  @Test
  void transcriptsUseTheseFiles() throws IOException {
    for (Map.Entry<String, byte[]> entry : RecordedSave.files().entrySet()) {
      Path file = FILES.resolve(entry.getKey());
      if ("update".equals(System.getProperty("transcripts"))) {
        Files.write(file, entry.getValue());
      }
      assertArrayEquals(entry.getValue(), Files.readAllBytes(file), entry.getKey());
    }
  }
}
